"""The events that tell Application Insights of alerts: names, properties and measurements.

They are those of the HTTP contract's Events table, which Azure Monitor rules, the workbook and
queries read; every property is there each time, empty where it does not apply.
"""

from datetime import datetime

import msgspec

from shared.domain import event as names
from shared.domain import label
from shared.domain.alert.alert import Context, Instance, alert_id, all_labels, threshold_of
from shared.domain.alert.message import message
from shared.domain.event import Event, new_event
from shared.domain.identity import identity_of
from shared.domain.notification.notification import Notice, Occasion, Suppression, standing
from shared.domain.rule.rule import AlertRule
from shared.domain.timeline import rfc3339

_LABELS = (label.MODEL, label.DEPLOYMENT, label.APPLICATION, label.RESOURCE)


def notice_event(
    rule: AlertRule, instance: Instance, notice: Notice, *, now: datetime, context: Context
) -> Event:
    """Return `alert.firing` or `alert.resolved` for a decision to tell.

    Args:
        rule: the rule that was applied.
        instance: after the evaluation, its sequence already counting this event.
        notice: the decision.
        now: the evaluation time, UTC.
        context: what every event shares.
    """
    over = notice.occasion is Occasion.RESOLVED
    name = names.ALERT_RESOLVED if over else names.ALERT_FIRING
    properties = _properties(rule, instance, notice.suppressed_by, context)
    measurements = _measurements(rule, instance)
    if over:
        properties["resolved_reason"] = instance.resolved_reason or ""
        measurements["firing_s"] = _firing_s(instance, now)
    return new_event(
        name,
        event_id=identity_of(properties["alert_id"], name, str(instance.sequence)),
        time=now,
        environment=context.environment,
        properties=properties,
        measurements=measurements,
    )


def state_event(
    rule: AlertRule,
    instance: Instance,
    *,
    now: datetime,
    context: Context,
    muted_by: Suppression | None = None,
) -> Event:
    """Return `alert.state`, which keeps a firing alert in sight of Azure Monitor.

    Args:
        rule: the rule that was applied.
        instance: a firing instance after the evaluation.
        now: the evaluation time, UTC.
        context: what every event shares.
        muted_by: a silence or an inhibition that applies; None where there is none.
    """
    properties = _properties(rule, instance, muted_by or standing(instance), context)
    measurements = _measurements(rule, instance) | {"firing_s": _firing_s(instance, now)}
    return new_event(
        names.ALERT_STATE,
        event_id=identity_of(properties["alert_id"], names.ALERT_STATE, rfc3339(now)),
        time=now,
        environment=context.environment,
        properties=properties,
        measurements=measurements,
    )


def _properties(
    rule: AlertRule, instance: Instance, suppressed_by: Suppression | None, context: Context
) -> dict[str, str]:
    since = instance.active_since
    if since is None:
        raise ValueError(f"{rule.name}: an alert without a beginning has no event")
    unit = rule.unit(context.units.get(rule.metric))
    labels = all_labels(rule, instance)
    return {
        "alert_id": alert_id(rule.name, instance.labels, since),
        "rule": rule.name,
        "metric": rule.metric,
        "severity": rule.severity,
        "comparison": rule.comparison,
        "unit": unit,
        "data": instance.data,
        "labels": msgspec.json.encode(labels, order="sorted").decode(),
        **{f"label_{name}": labels.get(name, "") for name in _LABELS},
        "message": message(rule, instance, unit),
        "runbook_url": rule.runbook_url,
        "active_since": rfc3339(since),
        "notify": "true" if suppressed_by is None else "false",
        "suppressed_by": suppressed_by or "",
    }


def _measurements(rule: AlertRule, instance: Instance) -> dict[str, float | None]:
    return {
        "value": instance.value,
        "threshold": threshold_of(rule, instance),
        "sequence": float(instance.sequence),
    }


def _firing_s(instance: Instance, now: datetime) -> float | None:
    return None if instance.fired_at is None else (now - instance.fired_at).total_seconds()
