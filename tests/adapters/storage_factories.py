"""Entities, chunks and rollups for tests of the stores."""

import hashlib
from collections.abc import AsyncIterator

import numpy as np

from shared.adapters.entity import Entity, Value
from shared.domain.label import Labels
from shared.domain.record.chunk import Chunk
from shared.domain.rollup.codec import rollup_blocks
from shared.domain.rollup.measures import MEASURES, Kind
from shared.domain.rollup.rollup import Rollup, Sparse, aggregate
from shared.domain.rollup.stored_rollup import StoredRollup
from shared.domain.timeline import minute_of, parse_rfc3339

TABLE = "contract"
T0 = minute_of(parse_rfc3339("2026-11-23T10:00:00Z"))
T0_US = T0 * 60_000_000


def at(text: str) -> int:
    """Return the minute that an RFC 3339 time names."""
    return minute_of(parse_rfc3339(text))


def entity(row: str = "r1", *, partition: str = "p", etag: str | None = None, **v: Value) -> Entity:
    """Return an entity with the column `n`, or those named."""
    return Entity(partition, row, v or {"n": 1}, etag)


async def gathered(entities: AsyncIterator[Entity]) -> list[Entity]:
    """Return all entities of a query."""
    return [each async for each in entities]


async def rows_of(entities: AsyncIterator[Entity]) -> list[str]:
    """Return the row keys of a query."""
    return [each.row async for each in entities]


def noise(size: int, seed: int = 1) -> bytes:
    """Return bytes that do not compress."""
    return np.random.default_rng(seed).bytes(size)


def chunk(
    batch_id: str = "batch1",
    *,
    bucket: int = T0,
    part: int = 0,
    block: bytes = b"\x01columns",
    received_us: int = T0_US,
    with_ids: bool = False,
    kind: Kind = Kind.REQUEST,
) -> Chunk:
    """Return a chunk of 3 records whose digest is that of its block."""
    digest = hashlib.sha256(block).hexdigest()
    first_us = bucket * 60_000_000
    return Chunk(
        kind,
        bucket,
        batch_id,
        part,
        block,
        digest,
        3,
        first_us,
        first_us + 1_000_000,
        with_ids,
        received_us,
    )


def labels(name: str) -> Labels:
    """Return a series of one label."""
    return (("model", name),)


def rollup(n: int = 1, *, slot: int = T0, model: str = "gpt-5-mini") -> Rollup:
    """Return a request rollup of one row that counts n requests of 800 ms each."""
    sketch = Sparse(np.array([0]), np.array([617]), np.array([n]))
    return Rollup(
        MEASURES[Kind.REQUEST],
        np.array([slot]),
        np.array([0]),
        [labels(model)],
        {"n": np.array([n]), "latency_sum": np.array([n * 800_000])},
        {"latency_sketch": sketch},
    )


def wide_rollup(n: int, *, rows: int = 24_000, slot: int = T0) -> Rollup:
    """Return a rollup of many rows, each counting n, too large for one entity."""
    sums = np.frombuffer(noise(8 * rows, seed=n), np.int64) >> 8
    index = np.arange(rows)
    whole = Rollup(
        MEASURES[Kind.REQUEST],
        np.full(rows, slot),
        index,
        [labels(f"model-{at:06}") for at in range(rows)],
        {"n": np.full(rows, n), "latency_sum": sums},
    )
    return aggregate([whole], whole.measures)


def same(left: Rollup, right: Rollup) -> bool:
    """Tell whether two rollups hold the same, byte for byte."""
    return rollup_blocks(left) == rollup_blocks(right)


def stored(content: Rollup, before: StoredRollup | None = None) -> StoredRollup:
    """Return what replaces a rollup as it was read, or a first one."""
    if before is None:
        return StoredRollup(content)
    return StoredRollup(content, generation=before.generation, etag=before.etag)
