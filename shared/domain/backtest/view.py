"""A backtest as the HTTP contract shows it."""

from collections.abc import Sequence
from datetime import datetime
from functools import reduce

import msgspec
import numpy as np

from shared.domain import event as names
from shared.domain.alert.alert import Availability, State
from shared.domain.backtest.timeline import AVAILABILITIES, STATES, Sums, Timeline
from shared.domain.event import Event
from shared.domain.notification.dispatch import Dispatch
from shared.domain.notification.notification import Occasion
from shared.domain.timeline import instant

# Beyond this, over all label sets, timelines list changes only.
MAX_LISTED = 10_000
MAX_CHANGES = 1_000
MAX_NOTICES = 10_000


class Evaluated(msgspec.Struct, frozen=True):
    """One evaluation; the value is None where the window was empty."""

    time: datetime
    state: State
    value: float | None
    data: Availability


class TimelineView(msgspec.Struct, frozen=True):
    """One label set of one rule.

    Attributes:
        worst: the worst breaching value of its alerts; None without any.
        changes_only: whether only evaluations are listed at which state or data changed.
        omitted: changes beyond the first 1,000, not listed.
        evaluations: in order of time.
    """

    rule: str
    labels: dict[str, str]
    fired: int
    resolved: int
    minutes_firing: int
    flaps: int
    worst: float | None
    changes_only: bool
    omitted: int
    evaluations: list[Evaluated]


class NoticeView(msgspec.Struct, frozen=True):
    """One event that would have been told of an alert.

    Attributes:
        time: the evaluation that leads to it, UTC.
        alert_id: the one it has live where the alert began at the same time.
        suppressed_by: why it would not have reached a person; None where it would have.
    """

    time: datetime
    rule: str
    labels: dict[str, str]
    alert_id: str
    reason: Occasion
    suppressed_by: str | None
    message: str


class DispatchView(msgspec.Struct, frozen=True):
    """One notification that a channel would have been sent, about a group of alerts."""

    time: datetime
    channel: str
    group: dict[str, str]
    firing: int
    resolved: int


class Figures(msgspec.Struct, frozen=True):
    """What a set of rules comes to, summed over rules and label sets.

    Attributes:
        notifications: what would have reached a person.
        suppressed: what would not have.
    """

    evaluations: int
    fired: int
    resolved: int
    notifications: int
    suppressed: int
    minutes_firing: int
    flaps: int


def figures_of(sums: Sequence[Sums], events: Sequence[Event]) -> Figures:
    """Return the figures of a replay."""
    whole = reduce(Sums.plus, sums, Sums())
    told = sum(event.properties["notify"] == "true" for event in events)
    return Figures(
        whole.evaluations,
        whole.fired,
        whole.resolved,
        told,
        len(events) - told,
        whole.minutes_firing,
        whole.flaps,
    )


def timeline_view(
    timeline: Timeline, minutes: range, sums: Sums, *, changes_only: bool
) -> TimelineView:
    """Return a timeline with its evaluations, or only those at which something changed.

    Args:
        timeline: of one label set.
        minutes: the evaluation times.
        sums: what it adds up to.
        changes_only: whether to leave out what stays as it is.
    """
    columns = timeline.changes() if changes_only else list(range(len(minutes)))
    listed = columns[:MAX_CHANGES] if changes_only else columns
    return TimelineView(
        timeline.rule.name,
        dict(timeline.labels),
        sums.fired,
        sums.resolved,
        sums.minutes_firing,
        sums.flaps,
        timeline.worst,
        changes_only,
        len(columns) - len(listed),
        [_evaluated(timeline, column, minutes) for column in listed],
    )


def notice_view(event: Event) -> NoticeView:
    """Return what an event tells, in short."""
    facts = event.properties
    return NoticeView(
        event.time,
        facts["rule"],
        msgspec.json.decode(facts["labels"], type=dict[str, str]),
        facts["alert_id"],
        _occasion(event),
        facts["suppressed_by"] or None,
        facts["message"],
    )


def dispatch_view(dispatch: Dispatch) -> DispatchView:
    """Return a notification to a channel, in short."""
    over = sum(each.occasion is Occasion.RESOLVED for each in dispatch.told)
    return DispatchView(
        dispatch.due_at, dispatch.channel, dispatch.group, len(dispatch.told) - over, over
    )


def _occasion(event: Event) -> Occasion:
    if event.name == names.ALERT_RESOLVED:
        return Occasion.RESOLVED
    return Occasion.FIRING if event.measurements["sequence"] == 1 else Occasion.REPEAT


def _evaluated(timeline: Timeline, column: int, minutes: range) -> Evaluated:
    value = float(timeline.values[column])
    return Evaluated(
        instant(minutes[column]),
        STATES[timeline.states[column]],
        None if np.isnan(value) else value,
        AVAILABILITIES[timeline.data[column]],
    )
