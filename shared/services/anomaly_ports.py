"""What anomaly scoring needs from storage: the scores of every step, and what is remembered."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from shared.domain.anomaly.board import Board
from shared.domain.anomaly.scoreboard import Shard


@dataclass(frozen=True, slots=True)
class StoredShard:
    """Some of the series watched, as they were read.

    Attributes:
        number: which ones.
        shard: what is remembered of them.
        etag: version as read; None for one not stored yet.
    """

    number: int
    shard: Shard
    etag: str | None = None


class Boards(Protocol):
    """The scores of past steps."""

    async def boards(self, first: int, end: int) -> list[Board]:
        """Return the boards of the steps that begin in [first, end), in order."""


class Anomalies(Boards, Protocol):
    """Boards, each written once, and the shards of what is watched, each with its ETag."""

    async def add_boards(self, boards: Sequence[Board]) -> None:
        """Store boards in order; those of one day up to a hundred at a time, all or none.

        Raises:
            Stale: one of the steps has a board; those before it may have been stored.
        """

    async def shards(self) -> list[StoredShard]:
        """Return every shard that is stored."""

    async def keep_shard(self, stored: StoredShard) -> StoredShard:
        """Store a shard as its ETag allows, else raise `Stale`; return it with the new one."""

    async def forget_boards(self, before: int) -> int:
        """Delete the boards of the days that end by a minute; return how many entities it were."""
