"""What turning notices into dispatches needs from storage."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from shared.domain.notification.dispatch import Dispatch
from shared.domain.notification.dispatching import Untold
from shared.domain.notification.group import Group
from shared.domain.notification.notice import AlertNotice


@dataclass(frozen=True, slots=True)
class StoredGroups:
    """Where all groups stand, as it was read.

    Attributes:
        groups: what was stored.
        etag: version as read; None where nothing was stored.
        parts: how many rows it takes.
    """

    groups: Sequence[Group] = ()
    etag: str | None = None
    parts: int = 0


@dataclass(frozen=True, slots=True)
class DispatchChange:
    """What some steps of dispatching come to; stored as a whole.

    Attributes:
        read: what they began with.
        groups: where the groups stand after them.
        dispatches: notifications that became due.
        notices: those that were taken in.
        untold: word that goes to nobody, for the history.
    """

    read: StoredGroups
    groups: Sequence[Group]
    dispatches: Sequence[Dispatch] = ()
    notices: Sequence[AlertNotice] = ()
    untold: Sequence[Untold] = ()


class Groups(Protocol):
    """Groups of alerts, and notices that none of them has taken in."""

    async def read(self, through: datetime) -> tuple[StoredGroups, list[AlertNotice]]:
        """Return the groups, and the notices decided at a time or before."""

    async def commit(self, change: DispatchChange) -> None:
        """Store a change, or raise `Stale` where the groups are not those that were read."""
