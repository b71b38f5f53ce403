"""Where evaluating an alert's time again, with what is stored by then, comes to something else.

Each minute is evaluated once, when it is complete. Records that come later change reports and
later windows, but never what was evaluated, so an alert may differ from what its data says now.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import msgspec

from shared.domain.alert.view import Alert

_MINUTE = timedelta(minutes=1)
_SAME = 1e-9


class Reevaluated(msgspec.Struct, frozen=True):
    """What an alert comes to when its time is evaluated again.

    Attributes:
        differs: whether that is something else; None where it could not be evaluated again.
        fired_at: None where it does not fire.
        resolved_at: None where it still fires at the end of what was evaluated.
        worst_value: in the unit of the rule's value; None where it does not fire.
        minutes_firing: evaluations at which it fires.
        note: what differs, or why it could not be evaluated again.
    """

    differs: bool | None
    fired_at: datetime | None
    resolved_at: datetime | None
    worst_value: float | None
    minutes_firing: int
    note: str


class AlertDetail(Alert, frozen=True, kw_only=True):
    """One alert with what evaluating its time again comes to."""

    reevaluated: Reevaluated


def not_reevaluated(reason: str) -> Reevaluated:
    """Return that an alert was not evaluated again, and why."""
    return Reevaluated(None, None, None, None, 0, reason)


def reevaluated(alert: Alert, found: Iterable[Alert], through: datetime) -> Reevaluated:
    """Return how an alert differs from what came of evaluating its time again.

    Args:
        alert: as it was evaluated.
        found: the alerts of its rule that came of it.
        through: the latest evaluation, UTC.
    """
    same = sorted(
        (each for each in found if _overlaps(alert, each)), key=lambda each: each.active_since
    )
    fired = [each for each in same if each.fired_at is not None]
    if not fired:
        note = "would not fire" if alert.fired_at is not None else "as evaluated"
        return Reevaluated(alert.fired_at is not None, None, None, None, 0, note)
    first, last = fired[0], fired[-1]
    notes = _notes(alert, fired)
    return Reevaluated(
        bool(notes),
        first.fired_at,
        last.resolved_at,
        _worst(fired),
        sum(_minutes(each, through) for each in fired),
        "; ".join(notes) or "as evaluated",
    )


def _overlaps(alert: Alert, other: Alert) -> bool:
    if alert.labels != other.labels:
        return False
    starts_in_time = alert.resolved_at is None or other.active_since < alert.resolved_at
    return starts_in_time and (other.resolved_at is None or other.resolved_at > alert.active_since)


def _notes(alert: Alert, fired: Sequence[Alert]) -> list[str]:
    first, last = fired[0], fired[-1]
    notes = []
    if len(fired) > 1:
        notes.append(f"{len(fired)} alerts instead of one")
    if first.fired_at != alert.fired_at:
        notes.append("would fire at another time")
    if last.resolved_at != alert.resolved_at:
        notes.append("would end at another time")
    if not _close(_worst(fired), alert.worst_value):
        notes.append("would have another worst value")
    return notes


def _worst(fired: Sequence[Alert]) -> float | None:
    worst: float | None = None
    for each in fired:
        if each.worst_value is not None:
            worst = each.comparison.worse(worst, each.worst_value)
    return worst


def _close(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return abs(one - other) <= _SAME * max(abs(one), abs(other))


def _minutes(alert: Alert, through: datetime) -> int:
    if alert.fired_at is None:
        return 0
    end = through + _MINUTE if alert.resolved_at is None else alert.resolved_at
    return int((end - alert.fired_at) / _MINUTE)
