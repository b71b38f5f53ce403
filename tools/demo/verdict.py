"""Which scripted incident was found by which alert, judged by the API's answers alone.

An alert counts as having found an incident when it belongs to the expected rule, carries the
incident's labels and fired between the incident's start and ten minutes after its end: the rules
look back five minutes, and a request that times out ends late.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self

from tools.demo.moments import from_api
from tools.simulator import Incident

GRACE = timedelta(minutes=10)
ANOMALY_RULE = "model_anomaly_score"
# The day on which a model retires is nothing that happened in the traffic.
CALENDAR_RULES = "model_retirement_"


@dataclass(frozen=True, slots=True)
class Alert:
    """An alert as `GET /api/v1/alerts` tells it.

    Attributes:
        rule: name of its rule.
        labels: what it is about.
        state: firing, pending or resolved.
        severity: as the rule says.
        worst_value: the rule's measurement at its worst; None without data.
        comparison: how value and threshold are compared.
        threshold: the rule's limit; None for rules without one.
        message: the app's own words.
        fired_at: when it fired; None if it did not yet.
        resolved_at: when it ended; None if it did not yet.
    """

    rule: str
    labels: Mapping[str, str]
    state: str
    severity: str
    worst_value: float | None
    comparison: str
    threshold: float | None
    message: str
    fired_at: datetime | None
    resolved_at: datetime | None

    @classmethod
    def read(cls, answer: Mapping[str, Any]) -> Self:
        """Return the alert of one item of the answer."""
        return cls(
            rule=answer["rule"],
            labels=answer["labels"],
            state=answer["state"],
            severity=answer["severity"],
            worst_value=answer.get("worst_value"),
            comparison=answer.get("comparison") or "",
            threshold=answer.get("threshold"),
            message=answer.get("message") or "",
            fired_at=from_api(answer.get("fired_at")),
            resolved_at=from_api(answer.get("resolved_at")),
        )


@dataclass(frozen=True, slots=True)
class Verdict:
    """One scripted incident and the alert that found it; None when none did."""

    incident: Incident
    alert: Alert | None


def judge(script: Sequence[Incident], alerts: Sequence[Alert]) -> list[Verdict]:
    """Return a verdict per incident, with the first alert to fire where there are several."""
    return [
        Verdict(
            incident,
            min(
                (alert for alert in alerts if _found(incident, alert)),
                key=lambda alert: alert.fired_at or datetime.max,  # noqa: DTZ901
                default=None,
            ),
        )
        for incident in script
    ]


def beyond_script(script: Sequence[Incident], alerts: Sequence[Alert]) -> list[Alert]:
    """Return the alerts that no scripted incident explains."""
    return [
        alert
        for alert in alerts
        if alert.fired_at
        and not alert.rule.startswith(CALENDAR_RULES)
        and not any(_found(incident, alert) or _felt(incident, alert) for incident in script)
    ]


def _felt(incident: Incident, alert: Alert) -> bool:
    """Tell whether an incident is what a series of its place shows as odd."""
    place = incident.labels.get("deployment") or incident.labels["resource"]
    return (
        alert.rule == ANOMALY_RULE
        and place in (alert.labels.get("deployment"), alert.labels.get("resource"))
        and alert.fired_at is not None
        and incident.start <= alert.fired_at <= incident.end + 2 * GRACE
    )


def _found(incident: Incident, alert: Alert) -> bool:
    return (
        alert.rule == incident.rule
        and all(alert.labels.get(name) == value for name, value in incident.labels.items())
        and alert.fired_at is not None
        and incident.start <= alert.fired_at <= incident.end + GRACE
    )
