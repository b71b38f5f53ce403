"""What the alerts of a week come to, rule by rule: how often, how long, how bad, how noisy."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

import msgspec

from shared.domain.alert.flaps import FLAPS_WITHIN
from shared.domain.alert.view import Alert
from shared.domain.rule.words import Severity

SHORT = timedelta(minutes=5)
NOISY_NOTIFICATIONS = 10
MOST_NOISY = 5


class RuleWeek(msgspec.Struct, frozen=True):
    """The alerts of one rule in a week.

    Attributes:
        severity: the highest among them.
        alerts: how many fired, or went on firing.
        label_sets: of how many label sets.
        firing_minutes: for how long together, within the week.
        worst_value: the worst breaching value, in the metric's unit; None where none is known.
        worst_labels: whose that was.
        notifications: how many reached out to people; of each alert the latest 20 are counted.
        flaps: how many began within 30 minutes of the end of another of the same label set.
        short: how many ended within 5 minutes of firing.
        still_firing: how many had not ended when the week did.
    """

    rule: str
    severity: Severity
    alerts: int
    label_sets: int
    firing_minutes: int
    unit: str
    worst_value: float | None
    worst_labels: dict[str, str]
    notifications: int
    flaps: int
    short: int
    still_firing: int

    @property
    def noisy(self) -> bool:
        """Tell whether people heard more of it than there was to do."""
        return bool(self.flaps or self.short) or self.notifications >= NOISY_NOTIFICATIONS


def weeks_of_rules(alerts: Iterable[Alert], start: datetime, end: datetime) -> list[RuleWeek]:
    """Return the rules that fired in [start, end), the longest firing first.

    Args:
        alerts: with their notifications; those that did not fire in that time are passed over.
        start: UTC.
        end: UTC.
    """
    by_rule: dict[str, list[tuple[datetime, Alert]]] = {}
    for alert in alerts:
        fired = alert.fired_at
        if fired is not None and fired < end and _end_of(alert, end) > start:
            by_rule.setdefault(alert.rule, []).append((fired, alert))
    weeks = [_week_of(rule, found, start, end) for rule, found in by_rule.items()]
    return sorted(weeks, key=lambda week: (-week.firing_minutes, week.rule))


def noisiest(weeks: Sequence[RuleWeek]) -> list[RuleWeek]:
    """Return up to five rules that were noisy, the noisiest first."""
    noisy = [week for week in weeks if week.noisy]
    noisy.sort(key=lambda week: (-week.notifications, -week.flaps, -week.short, week.rule))
    return noisy[:MOST_NOISY]


def _week_of(
    rule: str, found: list[tuple[datetime, Alert]], start: datetime, end: datetime
) -> RuleWeek:
    alerts = [alert for _, alert in sorted(found, key=lambda each: (each[0], each[1].alert_id))]
    worst = _worst_of(alerts)
    firing = sum(
        ((min(_end_of(alert, end), end) - max(fired, start)) for fired, alert in found), timedelta()
    )
    return RuleWeek(
        rule=rule,
        severity=max((alert.severity for alert in alerts), key=list(Severity).index),
        alerts=len(alerts),
        label_sets=len({_labels_of(alert) for alert in alerts}),
        firing_minutes=firing // timedelta(minutes=1),
        unit=alerts[-1].unit,
        worst_value=worst.worst_value if worst else None,
        worst_labels=worst.labels if worst else {},
        notifications=sum(
            each.sent and start <= each.time < end
            for alert in alerts
            for each in alert.notifications
        ),
        flaps=_flaps(found),
        short=sum(
            _end_of(alert, end) - fired < SHORT for fired, alert in found if _over(alert, end)
        ),
        still_firing=sum(not _over(alert, end) for alert in alerts),
    )


def _worst_of(alerts: Sequence[Alert]) -> Alert | None:
    worst: Alert | None = None
    for alert in alerts:
        value = alert.worst_value
        if value is None:
            continue
        if worst is None or alert.comparison.worse(worst.worst_value, value) != worst.worst_value:
            worst = alert
    return worst


def _flaps(found: Iterable[tuple[datetime, Alert]]) -> int:
    by_labels: dict[tuple[tuple[str, str], ...], list[tuple[datetime, Alert]]] = {}
    for fired, alert in found:
        by_labels.setdefault(_labels_of(alert), []).append((fired, alert))
    return sum(
        before.resolved_at is not None and fired - before.resolved_at <= FLAPS_WITHIN
        for each in by_labels.values()
        for (_, before), (fired, _) in pairwise(sorted(each, key=lambda pair: pair[0]))
    )


def _labels_of(alert: Alert) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(alert.labels.items()))


def _over(alert: Alert, end: datetime) -> bool:
    return alert.resolved_at is not None and alert.resolved_at < end


def _end_of(alert: Alert, end: datetime) -> datetime:
    """Return when an alert ended, or the end of the week."""
    return end if alert.resolved_at is None else alert.resolved_at
