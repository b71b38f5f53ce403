"""The `Anomalies` port, in the table `anomalies`.

Partition `score|yyyyMMdd`, rows `HHmm`: the board of the step that begins there, inserted once.
Partition `watch`, rows `00` to `15`: the shards of what is remembered of series, each replaced with
its ETag. Both are packed into up to 11 properties of 64 KiB.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import batched, groupby

from shared.adapters import tables as layout
from shared.adapters.body_blocks import blocks_of, body_of
from shared.adapters.entity import MAX_TRANSACTION_BYTES, Entity, Op, Tables, Verb
from shared.domain.anomaly.board import Board, board_bytes, read_board
from shared.domain.anomaly.scoreboard import read_shard, shard_bytes
from shared.domain.timeline import DAY_M, floor_to
from shared.errors import AlreadyStored, Stale, TooLarge
from shared.services.anomaly_ports import StoredShard

_BATCH = 96
_BATCH_BYTES = MAX_TRANSACTION_BYTES // 2
_KEYS_ONLY = ("none",)
_FORGET_D = 40


class AnomalyStore:
    """Boards and shards over entity tables."""

    def __init__(self, tables: Tables) -> None:
        """Use the table `anomalies`."""
        self._tables = tables

    async def boards(self, first: int, end: int) -> list[Board]:
        """Return the boards of the steps that begin in [first, end), in order."""
        found: list[Board] = []
        for day in range(floor_to(first, DAY_M), end, DAY_M):
            low = layout.step_row(first) if first > day else ""
            high = layout.step_row(end) if end < day + DAY_M else ""
            rows = self._tables.query(
                layout.ANOMALIES, layout.score_partition(day), first=low, end=high
            )
            found += [
                read_board(day + layout.step_of(each.row), body_of(each)) async for each in rows
            ]
        return found

    async def add_boards(self, boards: Sequence[Board]) -> None:
        """Store boards in order; see `Anomalies.add_boards`."""
        for day, of_day in groupby(boards, key=lambda board: floor_to(board.step, DAY_M)):
            partition = layout.score_partition(day)
            for some in batched(of_day, _BATCH, strict=False):
                rows = [
                    Entity(partition, layout.step_row(each.step), blocks_of(board_bytes(each)))
                    for each in some
                ]
                await self._insert(rows)

    async def shards(self) -> list[StoredShard]:
        """Return every shard that is stored."""
        found = self._tables.query(layout.ANOMALIES, layout.WATCH_PARTITION)
        return [
            StoredShard(int(each.row), read_shard(body_of(each)), each.etag) async for each in found
        ]

    async def keep_shard(self, stored: StoredShard) -> StoredShard:
        """Store a shard as its ETag allows; return it with the new one.

        Raises:
            Stale: another ETag, or there is one already.
            TooLarge: it does not fit one entity.
        """
        row = f"{stored.number:02}"
        body = shard_bytes(stored.shard)
        if len(body) > layout.CHUNK_PART_BYTES:
            raise TooLarge(f"anomaly shard {row}: {len(body)} bytes")
        entity = Entity(layout.WATCH_PARTITION, row, blocks_of(body), stored.etag)
        if stored.etag is not None:
            return replace(stored, etag=await self._tables.replace(layout.ANOMALIES, entity))
        try:
            return replace(stored, etag=await self._tables.insert(layout.ANOMALIES, entity))
        except AlreadyStored as error:
            raise Stale(f"anomaly shard {row} appeared meanwhile") from error

    async def forget_boards(self, before: int) -> int:
        """Delete the boards of the days that end by a minute; return how many entities it were."""
        end, deleted = floor_to(before, DAY_M), 0
        for day in range(end - _FORGET_D * DAY_M, end, DAY_M):
            partition = layout.score_partition(day)
            found = self._tables.query(layout.ANOMALIES, partition, select=_KEYS_ONLY)
            rows = [Entity(partition, each.row) async for each in found]
            for some in batched(rows, _BATCH, strict=False):
                ops = [Op(Verb.DELETE, each) for each in some]
                await self._tables.transact(layout.ANOMALIES, ops)
                deleted += len(ops)
        return deleted

    async def _insert(self, rows: Sequence[Entity]) -> None:
        """Insert rows of one partition, in as few transactions as their sizes allow."""
        if len(rows) > 1 and sum(map(_size, rows)) > _BATCH_BYTES:
            half = len(rows) // 2
            await self._insert(rows[:half])
            await self._insert(rows[half:])
            return
        try:
            await self._tables.transact(layout.ANOMALIES, [Op(Verb.INSERT, row) for row in rows])
        except AlreadyStored as error:
            raise Stale(f"scores: a step from {rows[0].row} on has a board") from error


def _size(entity: Entity) -> int:
    return sum(len(block) for block in entity.properties.values() if isinstance(block, bytes))
