"""Alerts and verdicts as lines: when, how long, where, why."""

from collections.abc import Sequence

from tools.demo.drawing import number
from tools.demo.moments import clock, lasting
from tools.demo.paint import Paint
from tools.demo.verdict import Alert, Verdict


def alert_lines(alerts: Sequence[Alert], paint: Paint) -> list[str]:
    """Return two or three lines per alert that fired."""
    fired = [alert for alert in alerts if alert.fired_at]
    if not fired:
        return ["  none"]
    return [line for alert in fired for line in _alert(alert, paint)]


def anomaly_lines(alerts: Sequence[Alert], paint: Paint) -> list[str]:
    """Return a line per alert on a series that behaved as it never did before."""
    fired = [alert for alert in alerts if alert.fired_at]
    if not fired:
        return ["  none"]
    return [
        f"  {_when(alert)}  {paint.bold(alert.labels.get('metric', ''))}  {_place(alert)}"
        for alert in fired
    ]


def verdict_lines(verdicts: Sequence[Verdict], paint: Paint) -> list[str]:
    """Return two lines per scripted incident: what happened, and what found it."""
    return [line for verdict in verdicts for line in _verdict(verdict, paint)]


def _alert(alert: Alert, paint: Paint) -> list[str]:
    where = ", ".join(f"{name} {value}" for name, value in alert.labels.items() if value)
    lines = [f"  {_when(alert)}  {paint.bold(alert.rule)} ({alert.severity})  {where}"]
    if because := _because(alert):
        lines.append(f"      {because}")
    if alert.message:
        lines.append(paint.dim(f"      {alert.message}"))
    return lines


def _place(alert: Alert) -> str:
    return alert.labels.get("deployment") or alert.labels.get("resource") or ""


def _when(alert: Alert) -> str:
    if alert.fired_at is None:
        return "pending"
    if alert.resolved_at is None:
        return f"{clock(alert.fired_at)} still firing"
    return f"{clock(alert.fired_at)} for {lasting(alert.resolved_at - alert.fired_at)}"


def _because(alert: Alert) -> str:
    if alert.worst_value is None or alert.threshold is None:
        return ""
    limit = f"{alert.comparison} {_measured(alert.threshold)}".strip()
    return f"at worst {_measured(alert.worst_value)}, fires at {limit}"


def _measured(value: float) -> str:
    return number(value) if abs(value) >= 100 else f"{value:.3g}"


def _verdict(verdict: Verdict, paint: Paint) -> list[str]:
    incident, alert = verdict.incident, verdict.alert
    period = f"{clock(incident.start)}-{clock(incident.end)}"
    if alert is None or alert.fired_at is None:
        return [
            f"  {paint.bad('NOT found')}  {period}  {incident.story}",
            f"             no alert of {incident.rule} fired for it",
        ]
    after = lasting(alert.fired_at - incident.start)
    return [
        f"  {paint.good('found    ')}  {period}  {incident.story}",
        f"             by {incident.rule} at {clock(alert.fired_at)}, {after} after it began",
    ]
