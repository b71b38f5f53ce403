"""An alert as the HTTP contract shows it."""

from datetime import datetime
from enum import StrEnum

import msgspec

from shared.domain.alert.alert import (
    Availability,
    Context,
    Instance,
    Notification,
    ResolvedReason,
    State,
    alert_id,
    all_labels,
    threshold_of,
)
from shared.domain.alert.message import message
from shared.domain.rule.rule import AlertRule
from shared.domain.rule.words import Comparison, Severity


class Stage(StrEnum):
    """How far an alert is."""

    PENDING = "pending"
    FIRING = "firing"
    RESOLVED = "resolved"


class Alert(msgspec.Struct, frozen=True):
    """One episode of one label set of a rule.

    Attributes:
        unit: of value and threshold, UCUM.
        labels: those of the series and the rule's own.
        data: what the latest evaluation had to go by.
        threshold: what the value is held against; None where that is not known.
        value: as of the latest change; None where the window was empty.
        worst_value: the worst breaching value so far.
        message: one readable line.
        active_since: the evaluation that first saw the breach, UTC.
        fired_at: None while pending.
        resolved_at: None until it is resolved.
        silenced: whether a silence holds it back at the time of reading.
        notifications: the latest 20 in lists, all that are kept where one alert is asked for.
        flapping: whether its label set flaps, so that it was held back or told as flapping.
    """

    alert_id: str
    rule: str
    metric: str
    comparison: Comparison
    unit: str
    description: str
    runbook_url: str
    labels: dict[str, str]
    severity: Severity
    state: Stage
    data: Availability
    value: float | None
    worst_value: float | None
    threshold: float | None
    message: str
    active_since: datetime
    fired_at: datetime | None
    resolved_at: datetime | None
    resolved_reason: ResolvedReason | None
    acknowledged: bool
    acknowledged_by: str | None
    acknowledged_at: datetime | None
    acknowledged_comment: str | None
    silenced: bool
    notifications: tuple[Notification, ...]
    flapping: bool = False


def alert_of(rule: AlertRule, instance: Instance, context: Context) -> Alert | None:
    """Return the alert an instance stands for, None for one that merely is remembered.

    Args:
        rule: as the latest evaluation applied it.
        instance: as the latest evaluation left it.
        context: for the units of metrics.
    """
    since = instance.active_since
    if since is None:
        return None
    unit = rule.unit(context.units.get(rule.metric))
    taken = instance.acknowledged
    return Alert(
        alert_id=alert_id(rule.name, instance.labels, since),
        rule=rule.name,
        metric=rule.metric,
        comparison=rule.comparison,
        unit=unit,
        description=rule.description,
        runbook_url=rule.runbook_url,
        labels=all_labels(rule, instance),
        severity=rule.severity,
        state=_stage(instance),
        data=instance.data,
        value=instance.value,
        worst_value=instance.worst,
        threshold=threshold_of(rule, instance),
        message=message(rule, instance, unit),
        active_since=since,
        fired_at=instance.fired_at,
        resolved_at=instance.resolved_at,
        resolved_reason=instance.resolved_reason,
        acknowledged=taken is not None,
        acknowledged_by=taken.by if taken else None,
        acknowledged_at=taken.time if taken else None,
        acknowledged_comment=taken.comment if taken else None,
        silenced=False,
        notifications=instance.notifications,
        flapping=instance.flaps.since is not None,
    )


def _stage(instance: Instance) -> Stage:
    return Stage.RESOLVED if instance.state is State.INACTIVE else Stage(instance.state)
