"""Alerts as people see them: listed, looked up, acknowledged."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from msgspec import structs

from shared.domain.alert.alert import Acknowledgement, Context, Instance, RuleState, State, alert_id
from shared.domain.alert.view import Alert, Stage, alert_of
from shared.domain.span import Span
from shared.domain.timeline import instant, rfc3339
from shared.errors import Conflict, NotFound, Stale
from shared.services.alert_ports import AlertChange, Alerts, StoredRuleState
from shared.services.metric_registry import MetricRegistry
from shared.services.paging import latest_first

_TRIES = 5


@dataclass(frozen=True, slots=True)
class AlertPorts:
    """Where alerts are, and the units of the metrics clients report."""

    alerts: Alerts
    registry: MetricRegistry


@dataclass(frozen=True, slots=True)
class AlertPage:
    """A part of a list of alerts.

    Attributes:
        alerts: newest first.
        next: where the rest begins; None where this is all.
    """

    alerts: list[Alert]
    next: str | None


async def list_alerts(
    stages: Collection[Stage],
    span: Span,
    *,
    limit: int,
    after: str | None,
    ports: AlertPorts,
) -> AlertPage:
    """Return alerts, newest first.

    Args:
        stages: which ones; pending and firing alerts are listed whatever the span.
        span: when a resolved alert ended.
        limit: how many at most.
        after: the `next` of an earlier answer, to go on from there; None begins.
        ports: where from.
    """
    found = await _live(ports) if {Stage.PENDING, Stage.FIRING} & set(stages) else []
    if Stage.RESOLVED in stages:
        found += await ports.alerts.resolved(instant(span.first), instant(span.end))
    placed = {_place(alert): alert for alert in found if alert.state in stages}
    return AlertPage(*latest_first(placed, limit=limit, after=after))


async def get_alert(identity: str, *, ports: AlertPorts) -> Alert:
    """Return one alert.

    Raises:
        NotFound: there is none of this id.
    """
    for alert in await _live(ports):
        if alert.alert_id == identity:
            return alert
    resolved = await ports.alerts.find_resolved(identity)
    if resolved is None:
        raise NotFound(f"alert {identity} does not exist")
    return resolved


async def count_active(*, alerts: Alerts) -> int:
    """Return how many alerts fire and are not acknowledged."""
    return sum(
        instance.state is State.FIRING and instance.acknowledged is None
        for stored in (await alerts.states()).values()
        for instance in stored.state.instances
    )


async def acknowledge(
    identity: str, *, by: str, comment: str, now: datetime, ports: AlertPorts
) -> Alert:
    """Note that somebody has taken an alert on: its repeats no longer reach people.

    Acknowledging again replaces who and why.

    Args:
        identity: alert_id of a pending or firing alert.
        by: who takes it on.
        comment: why, or what is done; may be empty.
        now: when, UTC.
        ports: where the alert is.

    Raises:
        NotFound: there is no alert of this id.
        Conflict: it is resolved.
        Stale: evaluation kept changing it meanwhile; trying again is safe.
    """
    taken = Acknowledgement(by=by, time=now, comment=comment)
    for _ in range(_TRIES):
        found = await get_alert(identity, ports=ports)
        if found.state is Stage.RESOLVED:
            raise Conflict(f"alert {identity} is resolved")
        stored = (await ports.alerts.states()).get(found.rule)
        changed = _acknowledged(stored, found, taken) if stored else None
        if stored is None or changed is None:
            continue
        try:
            await ports.alerts.commit(AlertChange(stored, changed))
        except Stale:
            continue
        return await get_alert(identity, ports=ports)
    raise Stale(f"alert {identity} kept changing, try again")


def _acknowledged(
    stored: StoredRuleState, alert: Alert, taken: Acknowledgement
) -> RuleState | None:
    """Return the rule's state with one alert acknowledged; None where that alert is gone."""
    state = stored.state
    changed = tuple(
        structs.replace(each, acknowledged=taken) if _is(state, each, alert) else each
        for each in state.instances
    )
    return None if changed == state.instances else structs.replace(state, instances=changed)


def _is(state: RuleState, instance: Instance, alert: Alert) -> bool:
    since = instance.active_since
    if since is None:
        return False
    return alert_id(state.rule.name, instance.labels, since) == alert.alert_id


def _place(alert: Alert) -> str:
    """Return a text that sorts alerts by age, the same on every call."""
    return f"{rfc3339(alert.active_since)}|{alert.alert_id}"


async def _live(ports: AlertPorts) -> list[Alert]:
    states = [stored.state for stored in (await ports.alerts.states()).values()]
    units = await ports.registry.units(state.rule.metric for state in states)
    context = Context(units=units)
    found = (
        alert_of(state.rule, instance, context) for state in states for instance in state.instances
    )
    return [alert for alert in found if alert is not None]
