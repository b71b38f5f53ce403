"""What the services need from the outside, named for what it holds; adapters provide it."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from shared.domain.event import Event, GaugePoint
from shared.domain.label import Labels
from shared.domain.record.batch import Batch
from shared.domain.record.chunk import Chunk, ChunkKey, StoredChunk
from shared.domain.rollup.measures import Kind
from shared.domain.rollup.rollup import Rollup
from shared.domain.rollup.stored_rollup import Grain, StoredRollup


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a timer has come.

    Attributes:
        minute: everything before this minute is done.
        notes: small facts that belong to the cursor, as text.
        etag: version as read; None before the first write.
    """

    minute: int
    notes: dict[str, str] = field(default_factory=dict)
    etag: str | None = None


class Cursors(Protocol):
    """Named positions of timers on the time line."""

    async def read(self, name: str) -> Cursor | None:
        """Return a cursor, or None before its first write."""

    async def write(self, name: str, cursor: Cursor) -> None:
        """Store a cursor if nobody wrote it since it was read, else raise `Stale`."""


@dataclass(frozen=True, slots=True)
class Document:
    """A small piece of state.

    Attributes:
        key: unique within its collection.
        body: its content, JSON.
        etag: version as read; None for one not stored yet.
    """

    key: str
    body: bytes
    etag: str | None = None


class Documents(Protocol):
    """Collections of small JSON documents (rules, deployments, ...), each with its ETag."""

    async def get(self, collection: str, key: str) -> Document | None:
        """Return a document or None."""

    async def list(self, collection: str, *, first: str = "", end: str = "") -> list[Document]:
        """Return a collection's documents in order of their keys.

        Args:
            collection: which one.
            first: the least key; digits, letters and `|`.
            end: the first key beyond, likewise; empty where there is no bound.
        """

    async def put(self, collection: str, document: Document) -> Document:
        """Store a document; return it with its new version.

        Raises:
            Stale: its etag is None and the key exists, or its etag no longer matches.
        """

    async def delete(self, collection: str, document: Document) -> None:
        """Delete a document as it was read; raise `Stale` if it changed since."""

    async def change(
        self, collection: str, put: Sequence[Document], deleted: Sequence[Document] = ()
    ) -> None:
        """Store and delete up to 100 documents, all or none, as `put` and `delete` do one.

        Raises:
            Stale: one of them changed since it was read.
        """


@dataclass(frozen=True, slots=True)
class Earlier:
    """A chunk that an earlier try has stored under the same key.

    Attributes:
        sha256: digest of its columns.
        count: its records.
        received_us: the clock that its times were accepted by.
    """

    sha256: str
    count: int
    received_us: int


class Chunks(Protocol):
    """Raw records in immutable chunks, by 5-minute bucket."""

    async def insert(self, chunk: Chunk) -> Earlier | None:
        """Store a chunk; return None, or what an earlier try has stored under its key."""

    async def keys(self, kind: Kind, bucket: int) -> list[ChunkKey]:
        """Return the keys of a bucket's chunks."""

    async def fetch(self, keys: Sequence[ChunkKey]) -> list[StoredChunk]:
        """Return those of one bucket's chunks that are still stored, in order of storing."""

    async def rewrite(self, chunk: StoredChunk, left: Batch | None) -> None:
        """Leave only some of a chunk's records, None for none; only erasures do.

        Its key and the digest it came with stay, so that a resend is known and stores nothing.

        Raises:
            Stale: it changed or was dropped since it was read.
        """

    async def prepare_day(self, minute: int) -> None:
        """Make the table of the day that holds a minute."""

    async def days(self) -> list[str]:
        """Return the days (yyyyMMdd) that have a table."""

    async def drop_day(self, day: str) -> None:
        """Drop a day's table."""


class Rollups(Protocol):
    """Rollups of buckets, hours and days, each with its ETag."""

    async def read(self, kind: Kind, grain: Grain, start: int) -> StoredRollup | None:
        """Return one rollup with all it holds, or None."""

    async def read_range(
        self,
        kind: Kind,
        grain: Grain,
        first: int,
        end: int,
        only: Collection[str] | None = None,
    ) -> dict[int, Rollup]:
        """Return start -> rollup of those that begin in [first, end); `only` names measures."""

    async def versions(self, kind: Kind, grain: Grain, first: int, end: int) -> dict[int, str]:
        """Return start -> digest of content of those that begin in [first, end)."""

    async def write(self, kind: Kind, grain: Grain, start: int, stored: StoredRollup) -> str:
        """Store a rollup as its ETag allows, else raise `Stale`; return its version."""

    async def drop(self, kind: Kind, grain: Grain, first: int, end: int) -> int:
        """Delete the rollups that begin in [first, end); return how many entities that were."""


@dataclass(frozen=True, slots=True)
class DirtyBucket:
    """A bucket whose records changed after its rollup was due.

    Attributes:
        kind: of the records.
        bucket: its first minute.
        etag: of the marker, as read.
    """

    kind: Kind
    bucket: int
    etag: str | None = None


class DirtyBuckets(Protocol):
    """Markers of buckets to be rolled up again."""

    async def mark(self, kind: Kind, bucket: int) -> None:
        """Mark a bucket; marking it again makes the marker a new one."""

    async def list(self) -> list[DirtyBucket]:
        """Return all markers, oldest bucket first."""

    async def clear(self, marker: DirtyBucket) -> None:
        """Delete a marker unless it was renewed since it was read."""


class SeriesCatalogue(Protocol):
    """The series admitted on each day, append-only."""

    async def admitted(self, kind: Kind, minute: int) -> list[Labels]:
        """Return the series admitted on the day that holds a minute, in order of admission."""

    async def append(self, kind: Kind, minute: int, known: int, added: Sequence[Labels]) -> None:
        """Append series if `known` are admitted so far, else raise `Stale`."""

    async def forget(self, kind: Kind, minute: int, gone: Callable[[Labels], bool]) -> int:
        """Take series out of the day that holds a minute; return how many; only erasures do.

        Raises:
            Stale: somebody else did at the same time.
        """


class Secrets(Protocol):
    """Keys the monitor makes for itself."""

    async def hash_key(self) -> bytes:
        """Return the key of the digests of users and prompts: set, or made at first start."""


class Telemetry(Protocol):
    """Where events and minute metrics go: Application Insights, or nowhere."""

    enabled: bool

    async def send_events(self, events: Sequence[Event]) -> None:
        """Deliver every event, or raise `Unavailable`."""

    async def send_metrics(self, points: Sequence[GaugePoint]) -> None:
        """Deliver every point, or raise `Unavailable`."""
