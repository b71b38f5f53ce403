"""What the monitor tells Application Insights: events, and one minute's value of a metric.

An event becomes a row of customEvents, a gauge point one of customMetrics. Both are plain values,
so that an event can wait in the outbox (as JSON) until it is delivered. The limits: Application
Insights cuts a property at 8,192 characters, and OpenTelemetry keeps 128 attributes of a record,
the event's own name among them.
"""

import math
from collections.abc import Mapping
from datetime import datetime, timedelta

import msgspec

ALERT_FIRING = "alert.firing"
ALERT_STATE = "alert.state"
ALERT_RESOLVED = "alert.resolved"
SYSTEM_HEARTBEAT = "system.heartbeat"
BASELINE_UPDATED = "baseline.updated"
DEGRADATION_DETECTED = "degradation.detected"
DEGRADATION_RESOLVED = "degradation.resolved"
RECOMMENDATION_PROPOSED = "recommendation.proposed"
RECOMMENDATION_VERIFIED = "recommendation.verified"
RECOMMENDATION_REFUTED = "recommendation.refuted"
COST_ANOMALY = "cost.anomaly"
BUDGET_STATUS = "budget.status"
COST_PLAN = "cost.plan"

SCHEMA = "1"

MAX_VALUE_CHARACTERS = 8_192
MAX_PROPERTIES = 100


class Event(msgspec.Struct, frozen=True):
    """One custom event; `new_event` builds them.

    Attributes:
        name: one of the names above.
        event_id: stable, so that a resend can be recognised.
        time: when it happened, UTC.
        properties: facts as text, among them event_id, schema and environment.
        measurements: finite numbers, each in the unit its name ends in.
    """

    name: str
    event_id: str
    time: datetime
    properties: dict[str, str]
    measurements: dict[str, float]

    def __post_init__(self) -> None:
        """Refuse a time that is not UTC."""
        _demand_utc("event.time", self.time)


class GaugePoint(msgspec.Struct, frozen=True):
    """One minute's value of one metric.

    Attributes:
        metric: the metric's name.
        time: the start of the minute, UTC.
        value: finite, in the metric's unit.
        labels: the series.
    """

    metric: str
    time: datetime
    value: float
    labels: dict[str, str]

    def __post_init__(self) -> None:
        """Refuse a time that is not UTC and a value JSON has no word for."""
        _demand_utc("gauge_point.time", self.time)
        if not math.isfinite(self.value):
            raise ValueError(f"gauge_point.value: expected a finite number, got {self.value}")


def new_event(
    name: str,
    *,
    event_id: str,
    time: datetime,
    environment: str,
    properties: Mapping[str, str],
    measurements: Mapping[str, float | None],
) -> Event:
    """Return an event that carries what every event carries, within the limits.

    Args:
        name: one of the names above.
        event_id: the same on every resend, different for every other event.
        time: when it happened, UTC.
        environment: where the monitor runs, as `prod`.
        properties: facts as text; values are cut at 8,192 characters, and of more than 97 the last
            ones are left out.
        measurements: numbers; None and what is not finite are left out.

    Raises:
        ValueError: the time is not UTC.
    """
    own = {"event_id": event_id, "schema": SCHEMA, "environment": environment}
    every = list((own | {key: properties[key] for key in properties if key not in own}).items())
    return Event(
        name=name,
        event_id=event_id,
        time=time,
        properties={key: value[:MAX_VALUE_CHARACTERS] for key, value in every[:MAX_PROPERTIES]},
        measurements={
            key: float(value)
            for key, value in measurements.items()
            if value is not None and math.isfinite(value)
        },
    )


def _demand_utc(where: str, time: datetime) -> None:
    if time.utcoffset() != timedelta(0):
        raise ValueError(f"{where}: expected a UTC time, got {time.isoformat()}")
