"""Rollups in the table `rollups`.

A rollup has a head row, and its content in the head where it fits, else in part rows that the head
points to by their generation. Writing replaces the head last, with its ETag: readers see the old
content or the new, never a mixture, whatever the size.
"""

import asyncio
from collections.abc import Collection, Container, Sequence

import msgspec
import numpy as np

from shared.adapters import tables as layout
from shared.adapters.entity import Entity, Tables
from shared.adapters.rollup_cache import Cut, VersionCache, cut_of
from shared.adapters.rollup_rows import (
    INPUTS,
    SEEN,
    joined_blocks,
    rows_range,
    runs,
    start_of,
    starts_in,
)
from shared.adapters.rollup_write import write_rollup
from shared.domain.record.dedupe import Prints
from shared.domain.rollup.codec import SERIES, blocks_for, columns_for, rollup_from_blocks
from shared.domain.rollup.measures import MEASURES, Kind
from shared.domain.rollup.rollup import Rollup, aggregate
from shared.domain.rollup.stored_rollup import Grain, StoredRollup
from shared.errors import Stale

_HEAD = ("parts", "generation", "version", "cut")
_TRIES = 5


class RollupStore:
    """The `Rollups` port over entity tables."""

    def __init__(self, tables: Tables) -> None:
        """Use the table `rollups`."""
        self._tables = tables
        self._cuts: VersionCache[tuple[Cut, int], Rollup] = VersionCache()
        self._whole: VersionCache[tuple[Kind, Grain, int], StoredRollup] = VersionCache()

    async def read(self, kind: Kind, grain: Grain, start: int) -> StoredRollup | None:
        """Return one rollup with all it holds, or None."""
        key = (kind, grain, start)
        if key in self._whole:
            rows = (await self._rows(kind, grain, start, start + 1, _HEAD)).get(start, [])
            head = _head_and_parts(rows)[0]
            kept = self._whole.get(key, str(head.etag)) if head else None
            if kept is not None:
                return kept
        stored = await self._read_whole(kind, grain, start)
        if stored is not None:
            self._whole.keep(key, str(stored.etag), stored, stored.rollup)
        return stored

    async def _read_whole(self, kind: Kind, grain: Grain, start: int) -> StoredRollup | None:
        for _ in range(_TRIES):
            rows = await self._rows(kind, grain, start, start + 1, ())
            if not rows:
                return None
            head, parts = _head_and_parts(rows[start])
            if head is None:
                return None
            if len(parts) == head.properties["parts"]:
                return _stored(kind, head, parts)
        raise Stale(f"rollup {kind}{grain} {start} keeps changing")

    async def read_range(
        self,
        kind: Kind,
        grain: Grain,
        first: int,
        end: int,
        only: Collection[str] | None = None,
    ) -> dict[int, Rollup]:
        """Return start -> rollup of those that begin in [first, end)."""
        cut = cut_of(kind, grain, only)
        spared: dict[int, Rollup] = {}
        wanted = [(first, end)]
        if any((cut, start) in self._cuts for start in starts_in(grain, first, end)):
            versions = await self.versions(kind, grain, first, end)
            held = {at: self._cuts.get((cut, at), version) for at, version in versions.items()}
            spared = {at: rollup for at, rollup in held.items() if rollup is not None}
            wanted = runs([at for at in versions if at not in spared], grain.minutes)
        read = await asyncio.gather(*(self._read_rows(cut, *span) for span in wanted))
        return spared | {start: rollup for part in read for start, rollup in part.items()}

    async def _read_rows(self, cut: Cut, first: int, end: int) -> dict[int, Rollup]:
        select = (*_HEAD, *blocks_for(MEASURES[cut.kind], cut.only))
        columns = columns_for(MEASURES[cut.kind], cut.only)
        found: dict[int, Rollup] = {}
        for start, rows in (await self._rows(cut.kind, cut.grain, first, end, select)).items():
            head, parts = _head_and_parts(rows)
            if head is None:
                continue
            if len(parts) == head.properties["parts"] and not head.properties["cut"]:
                found[start] = _rollup(cut.kind, [head, *parts], columns)
                version = str(head.properties["version"])
                self._cuts.keep((cut, start), version, found[start], found[start])
                continue
            whole = await self.read(cut.kind, cut.grain, start)
            if whole is not None:
                found[start] = whole.rollup
        return found

    async def versions(self, kind: Kind, grain: Grain, first: int, end: int) -> dict[int, str]:
        """Return start -> digest of content of those that begin in [first, end)."""
        rows = await self._rows(kind, grain, first, end, _HEAD)
        heads = {start: _head_and_parts(each)[0] for start, each in rows.items()}
        return {start: str(head.properties["version"]) for start, head in heads.items() if head}

    async def write(self, kind: Kind, grain: Grain, start: int, stored: StoredRollup) -> str:
        """Store a rollup as its ETag allows, else raise `Stale`; return its version."""
        return await write_rollup(self._tables, kind, grain, start, stored)

    async def drop(self, kind: Kind, grain: Grain, first: int, end: int) -> int:
        """Delete the rollups that begin in [first, end)."""
        rows = await self._rows(kind, grain, first, end, _HEAD)
        entities = [entity for each in rows.values() for entity in each]
        for entity in entities:
            await self._tables.delete(layout.ROLLUPS, Entity(entity.partition, entity.row))
        return len(entities)

    async def _rows(
        self, kind: Kind, grain: Grain, first: int, end: int, select: Sequence[str]
    ) -> dict[int, list[Entity]]:
        found: dict[int, list[Entity]] = {}
        for partition, low, high in rows_range(kind, grain, first, end):
            async for entity in self._tables.query(
                layout.ROLLUPS, partition, first=low, end=high, select=select
            ):
                found.setdefault(start_of(partition, entity.row), []).append(entity)
        return found


def _head_and_parts(rows: Sequence[Entity]) -> tuple[Entity | None, list[Entity]]:
    head = next((row for row in rows if "|" not in row.row), None)
    if head is None:
        return None, []
    prefix = f"{head.row}|{head.properties['generation']!s}|"
    return head, [row for row in rows if row.row.startswith(prefix)]


def _rollup(kind: Kind, rows: Sequence[Entity], columns: Container[str] | None = None) -> Rollup:
    pieces = [joined_blocks(row) for row in rows]
    rollups = [
        rollup_from_blocks(piece, MEASURES[kind], columns) for piece in pieces if SERIES in piece
    ]
    return rollups[0] if len(rollups) == 1 else aggregate(rollups, MEASURES[kind])


def _stored(kind: Kind, head: Entity, parts: Sequence[Entity]) -> StoredRollup:
    inputs = msgspec.json.decode(head.properties[INPUTS], type=dict[str, str])  # type: ignore[arg-type]
    seen: Prints | None = None
    if head.properties["seen_all"]:
        blocks = [joined_blocks(row).get(SEEN, b"") for row in [head, *parts]]
        seen = np.frombuffer(b"".join(blocks), np.uint64)
    return StoredRollup(
        _rollup(kind, [head, *parts]),
        seen,
        bool(head.properties["ids"]),
        {int(start): version for start, version in inputs.items()},
        str(head.properties["version"]),
        str(head.properties["generation"]),
        head.etag,
    )
