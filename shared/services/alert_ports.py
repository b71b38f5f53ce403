"""What alerting needs from storage, beside the ports every service shares."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from shared.domain.alert.alert import RuleState
from shared.domain.alert.view import Alert
from shared.domain.event import Event
from shared.domain.label import Labels
from shared.domain.metric.frame import Frame
from shared.domain.metric.window import Expression
from shared.domain.notification.notice import AlertNotice
from shared.domain.rule.count_span import CountSpan
from shared.domain.rule.references import Normal, Shares


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
        notices: what channels have to know.
    """

    read: StoredRuleState | None
    state: RuleState | None
    events: Sequence[Event] = ()
    ended: Sequence[Alert] = ()
    notices: Sequence[AlertNotice] = ()


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

    async def add_events(self, events: Sequence[Event]) -> None:
        """Put events into the outbox that no rule has; one that waits already is the same."""

    async def pending_events(self, limit: int) -> list[Event]:
        """Return up to `limit` events that wait for delivery, oldest first."""

    async def pending_count(self) -> int:
        """Return how many events wait for delivery."""

    async def forget_events(self, events: Sequence[Event]) -> None:
        """Take delivered events out of the outbox; one that is gone already is no error."""

    async def forget_alerts(self, alerts: Sequence[Alert]) -> None:
        """Delete resolved alerts; one that is gone already is no error."""

    async def forget_resolved(self, before: datetime) -> int:
        """Delete alerts resolved before a time; return how many that were."""


class Frames(Protocol):
    """Stored minutes, as rules are evaluated over them."""

    async def __call__(
        self, first: int, end: int, *, counts: CountSpan | None = None, scores: bool = False
    ) -> Frame:
        """Return the frame of minutes [first, end), and of what is counted over longer.

        Args:
            first: the first minute.
            end: the minute after the last.
            counts: what is counted over longer; None for nothing.
            scores: whether anomaly scores are wanted.
        """


class Baselines(Protocol):
    """What is normal at each time of the week."""

    def unavailable(self, expression: Expression) -> str | None:
        """Return why there can be no baseline of a measurement; None where there can."""

    async def normals(self, expression: Expression, minutes: range) -> Mapping[Labels, Normal]:
        """Return label set -> what is normal for a measurement at each of the minutes.

        Label sets are in the order of the expression's `group_by`; those without a baseline are
        left out.
        """


class Successors(Protocol):
    """What models that retire are replaced by, and at what cost."""

    async def notes(self, asked: Collection[Labels], minutes: range) -> Mapping[Labels, str]:
        """Return what there is to say by label set.

        Args:
            asked: label sets, of models that are to retire.
            minutes: evaluation times.
        """


class Budgets(Protocol):
    """How much of each budget is spent, and expected to be."""

    async def unavailable(self, name: str) -> str | None:
        """Return why nothing is known of a budget; None where it is."""

    async def shares(self, name: str, minutes: range) -> Shares | None:
        """Return what is used of a budget at each of the minutes; None for an unknown one."""
