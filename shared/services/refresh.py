"""Bringing one bucket's rollup up to date with its chunks.

Read the rollup with its ETag, list the chunk keys, fetch those not seen, recompute, write with the
ETag: whoever loses the race reads again. Nothing is ever incremented in place, so a crash at any
step leaves either the old rollup or the new one.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shared.domain.record.chunk import ChunkKey, StoredChunk, read_together
from shared.domain.record.dedupe import Prints, dedupe, no_prints
from shared.domain.rollup.chunks import chunk_fingerprints, joined, rollup_of, winners
from shared.domain.rollup.measures import MEASURES, Kind
from shared.domain.rollup.rollup import Rollup, aggregate
from shared.domain.rollup.series_cap import admit, with_overflow
from shared.domain.rollup.stored_rollup import Grain, StoredRollup, chunk_prints
from shared.domain.rollup.term_cap import capped_terms
from shared.errors import Stale
from shared.services.arrivals import Arrivals
from shared.services.ports import Chunks, Rollups, SeriesCatalogue

_TRIES = 8


@dataclass(frozen=True, slots=True)
class RefreshPorts:
    """What refreshing needs.

    Attributes:
        chunks: raw records.
        rollups: what is refreshed.
        catalogue: the days' admitted series.
        series_tags: tag keys that tell series apart.
        max_series: series of full detail per kind and day.
        arrivals: where it is noted how late new chunks came; None notes nothing.
    """

    chunks: Chunks
    rollups: Rollups
    catalogue: SeriesCatalogue
    series_tags: Sequence[str]
    max_series: int
    arrivals: Arrivals | None = None


class Counted:
    """Which request ids each open bucket has counted, for the rollups this process wrote.

    A bucket it does not know is computed from all its chunks where request ids are in play.
    """

    def __init__(self, buckets: int = 8) -> None:
        """Remember the last few buckets."""
        self._kept: dict[int, tuple[str, Prints]] = {}
        self._buckets = buckets

    def of(self, bucket: int, stored: StoredRollup | None) -> Prints | None:
        """Return what a stored rollup has counted, None where that is not known."""
        if stored is None or not stored.with_ids:
            return no_prints()
        version, prints = self._kept.get(bucket, ("", no_prints()))
        return prints if version == stored.version else None

    def keep(self, bucket: int, version: str, prints: Prints) -> None:
        """Remember what a bucket has counted."""
        self._kept.pop(bucket, None)
        self._kept[bucket] = version, prints
        while len(self._kept) > self._buckets:
            del self._kept[next(iter(self._kept))]


@dataclass(frozen=True, slots=True)
class _Computed:
    """A bucket's content.

    Attributes:
        rollup: of the chunks looked at.
        prints: the request ids counted so far; None where this process does not know them all.
        with_ids: whether any record looked at has a request_id.
    """

    rollup: Rollup
    prints: Prints | None
    with_ids: bool


async def refresh(
    kind: Kind, bucket: int, ports: RefreshPorts, counted: Counted, *, write: bool = True
) -> StoredRollup | None:
    """Return a bucket's rollup with all its chunks in it; None for a bucket without records.

    Args:
        kind: of the records.
        bucket: its first minute.
        ports: what it works on.
        counted: request ids counted so far, as far as this process knows.
        write: store the result; False only looks, for answers that include the newest records.

    Raises:
        Stale: others kept changing it.
    """
    for _ in range(_TRIES):
        stored, keys = await _looked_up(kind, bucket, ports, write=write)
        unseen = _unseen(keys, stored)
        if not unseen:
            return stored
        try:
            return await _update(kind, bucket, stored, keys, unseen, ports, counted, write=write)
        except Stale:
            continue
    raise Stale(f"bucket {kind} {bucket} keeps changing")


async def _looked_up(
    kind: Kind, bucket: int, ports: RefreshPorts, *, write: bool
) -> tuple[StoredRollup | None, list[ChunkKey]]:
    if not write:
        return await asyncio.gather(
            ports.rollups.read(kind, Grain.BUCKET, bucket), ports.chunks.keys(kind, bucket)
        )
    # Keys come second: a rollup written with the ETag of an earlier one must hold all its chunks.
    stored = await ports.rollups.read(kind, Grain.BUCKET, bucket)
    return stored, await ports.chunks.keys(kind, bucket)


def _unseen(keys: Sequence[ChunkKey], stored: StoredRollup | None) -> list[ChunkKey]:
    if stored is None or stored.seen is None or not keys:
        return list(keys)
    known = np.isin(chunk_prints(keys), stored.seen)
    return [key for key, seen in zip(keys, known.tolist(), strict=True) if not seen]


async def _update(
    kind: Kind,
    bucket: int,
    stored: StoredRollup | None,
    keys: Sequence[ChunkKey],
    unseen: Sequence[ChunkKey],
    ports: RefreshPorts,
    counted: Counted,
    *,
    write: bool,
) -> StoredRollup:
    computed = None
    base: list[Rollup] = []
    seen = chunk_prints(keys)
    if stored is not None and stored.seen is not None:
        computed = await _added(kind, unseen, counted.of(bucket, stored), ports)
        if computed is not None:
            base = [stored.rollup]
            seen = np.concatenate([stored.seen, chunk_prints(unseen)])
    if computed is None:
        computed = await _from_all(kind, keys, ports)
    merged = await asyncio.to_thread(aggregate, [*base, computed.rollup], MEASURES[kind])
    merged = await _admitted(kind, bucket, capped_terms(merged), ports, write=write)
    with_ids = computed.with_ids or bool(stored and stored.with_ids)
    etag, generation = (stored.etag, stored.generation) if stored else (None, "")
    result = StoredRollup(merged, np.sort(seen), with_ids, generation=generation, etag=etag)
    if write:
        version = await ports.rollups.write(kind, Grain.BUCKET, bucket, result)
        if ports.arrivals is not None:
            ports.arrivals.take_in(unseen)
        if kind is Kind.REQUEST and with_ids and computed.prints is not None:
            counted.keep(bucket, version, computed.prints)
    return result


async def _added(
    kind: Kind, unseen: Sequence[ChunkKey], prints: Prints | None, ports: RefreshPorts
) -> _Computed | None:
    """Return what unseen chunks add; None where only all chunks together can tell."""
    parts: list[Rollup] = []
    with_ids = False
    for group in read_together(unseen):
        chunks = await _fetched(group, ports)
        ids = kind is Kind.REQUEST and any(key.with_ids for key in group)
        with_ids |= ids
        if ids and prints is None:
            return None
        batch = await asyncio.to_thread(joined, chunks, ids=ids)
        kept = None
        if ids and prints is not None:
            outcome = dedupe(batch, prints)
            if outcome.replaces:
                return None
            kept, prints = outcome.kept, outcome.prints
        parts.append(await asyncio.to_thread(rollup_of, kind, batch, kept, ports.series_tags))
    return _Computed(aggregate(parts, MEASURES[kind]), prints, with_ids)


async def _from_all(kind: Kind, keys: Sequence[ChunkKey], ports: RefreshPorts) -> _Computed:
    """Return the content of a bucket from all its chunks.

    Request ids are compared over the whole bucket first, then the rows that count are summed; a
    bucket of one group is read once for both.
    """
    groups = read_together(keys)
    first = await _fetched(groups[0], ports)
    masks: dict[str, NDArray[np.bool_]] = {}
    prints = no_prints()
    if kind is Kind.REQUEST and any(key.with_ids for key in keys):
        masks, prints = await _masks(groups, first, ports)
    parts: list[Rollup] = []
    for at, group in enumerate(groups):
        chunks = first if at == 0 else await _fetched(group, ports)
        kept = np.concatenate([masks[chunk.key.row] for chunk in chunks]) if masks else None
        batch = await asyncio.to_thread(joined, chunks, ids=False)
        parts.append(await asyncio.to_thread(rollup_of, kind, batch, kept, ports.series_tags))
    merged = await asyncio.to_thread(aggregate, parts, MEASURES[kind])
    return _Computed(merged, prints, bool(masks))


async def _masks(
    groups: Sequence[Sequence[ChunkKey]], first: Sequence[StoredChunk], ports: RefreshPorts
) -> tuple[dict[str, NDArray[np.bool_]], Prints]:
    found: list[tuple[int, str, tuple[Prints, NDArray[np.int64], int]]] = []
    for at, group in enumerate(groups):
        chunks = first if at == 0 else await _fetched(group, ports)
        found += [(c.received_us, c.key.row, chunk_fingerprints(c)) for c in chunks]
    found.sort(key=lambda each: each[:2])
    kept, prints = winners([each[2] for each in found])
    return {row: mask for (_, row, _), mask in zip(found, kept, strict=True)}, prints


async def _fetched(group: Sequence[ChunkKey], ports: RefreshPorts) -> list[StoredChunk]:
    chunks = await ports.chunks.fetch(group)
    if len(chunks) < len(group):
        raise Stale("chunks were dropped while they were read")
    if ports.arrivals is not None:
        ports.arrivals.meet(chunks)
    return chunks


async def _admitted(
    kind: Kind, bucket: int, rollup: Rollup, ports: RefreshPorts, *, write: bool
) -> Rollup:
    known = await ports.catalogue.admitted(kind, bucket)
    kept, added = admit(kind, rollup.labels, known, limit=ports.max_series)
    if added and write:
        await ports.catalogue.append(kind, bucket, len(known), added)
    return with_overflow(rollup, kept)
