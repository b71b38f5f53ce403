"""What digests need from the outside: a place for finished ones, and for those being made."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Stage(StrEnum):
    """How far a stored digest is; each day may have one of each."""

    FINISHED = "done"
    WORK = "work"


@dataclass(frozen=True, slots=True)
class DigestHead:
    """What is known of a digest without reading it.

    Attributes:
        version: of the day's rollups when the digest was begun; others mean that late data came.
        steps: how many hours are in it: 24 of scores, then 24 of requests.
        built_us: when it was stored, microseconds since the epoch.
        generation: names the rows that hold it; empty for one not stored yet.
        etag: version as read; None for one not stored yet.
    """

    version: str
    steps: int
    built_us: int
    generation: str = ""
    etag: str | None = None


class Digests(Protocol):
    """Digests by day (the minute it begins) and stage, each with its ETag."""

    async def head(self, day: int, stage: Stage) -> DigestHead | None:
        """Return a digest's head, or None."""

    async def read(
        self, day: int, stage: Stage, only: Collection[str] | None = None
    ) -> tuple[DigestHead, dict[str, bytes]] | None:
        """Return a digest's head and blocks, or None; `only` names the blocks wanted."""

    async def write(
        self, day: int, stage: Stage, head: DigestHead, blocks: Mapping[str, bytes]
    ) -> None:
        """Store a digest as its head was read, else raise `Stale`."""

    async def drop(self, day: int, stage: Stage) -> int:
        """Delete a digest; return how many entities that were."""
