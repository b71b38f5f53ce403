"""What alerting needs from storage, beside the ports every service shares."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from shared.domain.alert import RuleState
from shared.domain.alert_view import Alert
from shared.domain.event import Event


@dataclass(frozen=True, slots=True)
class StoredRuleState:
    """A rule's instances as they were read.

    Attributes:
        state: what was stored.
        etag: version as read.
        parts: how many rows it takes.
    """

    state: RuleState
    etag: str | None
    parts: int


@dataclass(frozen=True, slots=True)
class AlertChange:
    """What an evaluation, or a person, makes of one rule's alerts; stored as a whole.

    Attributes:
        read: what it was decided on; None where nothing was stored.
        state: what is to be stored; None deletes it.
        events: for the outbox.
        ended: alerts that were resolved.
    """

    read: StoredRuleState | None
    state: RuleState | None
    events: Sequence[Event] = ()
    ended: Sequence[Alert] = ()


class Alerts(Protocol):
    """States of alerts, alerts that were resolved, and events that wait for delivery."""

    async def states(self) -> dict[str, StoredRuleState]:
        """Return rule name -> the state of every rule that has one."""

    async def commit(self, change: AlertChange) -> None:
        """Store a change, or raise `Stale` where the rule's state is not the one that was read."""

    async def resolved(self, first: datetime, end: datetime) -> list[Alert]:
        """Return the alerts resolved in [first, end), oldest first."""

    async def find_resolved(self, alert_id: str) -> Alert | None:
        """Return a resolved alert or None."""

    async def pending_events(self, limit: int) -> list[Event]:
        """Return up to `limit` events that wait for delivery, oldest first."""

    async def pending_count(self) -> int:
        """Return how many events wait for delivery."""

    async def forget_events(self, events: Sequence[Event]) -> None:
        """Take delivered events out of the outbox; one that is gone already is no error."""

    async def forget_resolved(self, before: datetime) -> int:
        """Delete alerts resolved before a time; return how many that were."""
