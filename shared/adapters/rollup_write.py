"""Writing one rollup: its content in the head row where it fits, else in part rows before it.

The parts carry a generation of their own that the head names once it is replaced, under its ETag.
Parts that were there before and are not this writer's belong to the replaced content or to writers
that have lost the race, so the winner deletes them: nothing that was read can lead to them again.
"""

import hashlib
import uuid
from collections.abc import Sequence

import msgspec

from shared.adapters import tables as layout
from shared.adapters.control_store import write_as_read
from shared.adapters.entity import Entity, Tables, Value
from shared.adapters.rollup_rows import (
    INPUTS,
    block_pieces,
    head_row,
    is_cut,
    partition_of,
    seen_blocks,
)
from shared.domain.rollup.measures import Kind
from shared.domain.rollup.stored_rollup import Grain, StoredRollup
from shared.errors import Stale

_INLINE_BYTES = 600 << 10

type Blocks = dict[str, bytes]


async def write_rollup(
    tables: Tables, kind: Kind, grain: Grain, start: int, stored: StoredRollup
) -> str:
    """Store a rollup as its ETag allows and return its version; see `Rollups.write`."""
    contents = block_pieces(stored.rollup)
    seen, seen_all = seen_blocks(stored.seen)
    pieces = [*contents, *seen]
    facts: dict[str, Value] = {
        "version": digest(contents),
        "cut": any(is_cut(piece) for piece in contents),
        "ids": stored.with_ids,
        "seen_all": seen_all,
        INPUTS: msgspec.json.encode({str(k): v for k, v in stored.inputs.items()}),
    }
    inline = len(contents) == 1 and len(seen) <= 1 and _bytes_of(pieces) <= _INLINE_BYTES
    generation = "" if inline else uuid.uuid4().hex[:12]
    facts |= {"generation": generation, "parts": 0 if inline else len(pieces)}
    for piece in pieces if inline else ():
        facts |= piece
    head = Entity(partition_of(grain, start), head_row(kind, grain, start), facts, stored.etag)
    old = await _parts(tables, head) if stored.generation or not inline else []
    new = [] if inline else _part_rows(head, generation, pieces)
    for part in new:
        await tables.upsert(layout.ROLLUPS, part)
    await _replace_head(tables, head, new)
    await _delete(tables, old)
    return str(facts["version"])


def digest(pieces: Sequence[Blocks]) -> str:
    """Return a digest of a rollup's content."""
    found = hashlib.blake2b(digest_size=8)
    for piece in pieces:
        for block in piece.values():
            found.update(block)
    return found.hexdigest()


async def _replace_head(tables: Tables, head: Entity, parts: Sequence[Entity]) -> None:
    try:
        await write_as_read(tables, layout.ROLLUPS, head)
    except Stale:
        if not parts:
            raise
        found = await tables.get(layout.ROLLUPS, head.partition, head.row, select=("generation",))
        if found is None or found.properties["generation"] != head.properties["generation"]:
            await _delete(tables, parts)
            raise


async def _parts(tables: Tables, head: Entity) -> list[Entity]:
    rows = tables.query(
        layout.ROLLUPS,
        head.partition,
        first=f"{head.row}|",
        end=f"{head.row}~",
        select=("version",),
    )
    return [row async for row in rows]


def _part_rows(head: Entity, generation: str, pieces: Sequence[Blocks]) -> list[Entity]:
    rows: list[Entity] = []
    for at, piece in enumerate(pieces):
        columns: dict[str, Value] = {**piece}
        rows.append(Entity(head.partition, f"{head.row}|{generation}|{at:04}", columns))
    return rows


async def _delete(tables: Tables, rows: Sequence[Entity]) -> None:
    for row in rows:
        await tables.delete(layout.ROLLUPS, Entity(row.partition, row.row))


def _bytes_of(pieces: Sequence[Blocks]) -> int:
    return sum(len(block) for piece in pieces for block in piece.values())
