"""What the services need to keep sessions."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from shared.domain.label import Labels
from shared.domain.record.session import Session


@dataclass(frozen=True, slots=True)
class StoredSession:
    """A session as read.

    Attributes:
        session: its start and, once there is one, its outcome.
        etag: version as read.
    """

    session: Session
    etag: str | None


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session whose record is not known to be stored.

    Attributes:
        session_id: which.
        labels: those by which sessions in progress are counted.
        started_at: the clock of its start call, UTC.
        ended_at: when its outcome was decided; None while in progress.
    """

    session_id: str
    labels: Labels
    started_at: datetime
    ended_at: datetime | None = None


class Sessions(Protocol):
    """Sessions, and which of them are open."""

    async def insert(self, session: Session) -> None:
        """Store a new session and open it, both or none; a session stored twice is one."""

    async def get(self, session_id: str) -> StoredSession | None:
        """Return a session or None."""

    async def end(self, read: StoredSession, session: Session) -> None:
        """Store a session with its outcome, as it was read; raise `Stale` if it changed since."""

    async def close(self, session_id: str) -> None:
        """Take a session from the open ones: its record is stored. Absent is no error."""

    async def open_sessions(self, first: int, end: int) -> list[OpenSession]:
        """Return the open ones of those started in the hours of minutes [first, end)."""

    async def drop(self, first: int, end: int) -> int:
        """Forget the sessions started in the hours of [first, end); return how many rows went."""

    async def erase(self, first: int, end: int, gone: Callable[[Labels], bool]) -> int:
        """Forget sessions of those started in the hours of [first, end), by their labels.

        Returns:
            How many sessions that were.
        """
