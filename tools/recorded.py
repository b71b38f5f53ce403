"""Reads rows of customEvents and customMetrics out of recorded Application Insights envelopes.

An envelope is one item of a post: `{"name", "time", "iKey", "tags", "data": {"baseType",
"baseData"}}`, with the properties and measurements in its base data.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

type Envelope = dict[str, Any]


@dataclass(frozen=True, slots=True)
class RecordedEvent:
    """A row of customEvents.

    Attributes:
        name: the event's name.
        time: the envelope's time, UTC.
        properties: customDimensions.
        measurements: customMeasurements.
    """

    name: str
    time: datetime
    properties: dict[str, str]
    measurements: dict[str, float]


@dataclass(frozen=True, slots=True)
class RecordedMetric:
    """A row of customMetrics.

    Attributes:
        name: the metric's name.
        time: the envelope's time, UTC.
        value: in the metric's unit.
        labels: customDimensions.
    """

    name: str
    time: datetime
    value: float
    labels: dict[str, str]


def events_in(envelopes: Iterable[Envelope], name: str | None = None) -> list[RecordedEvent]:
    """Return the events in order; None is all names."""
    rows = (
        RecordedEvent(
            name=data["name"],
            time=datetime.fromisoformat(envelope["time"]),
            properties=data.get("properties", {}),
            measurements=data.get("measurements", {}),
        )
        for envelope, data in _of_type(envelopes, "EventData")
    )
    return [row for row in rows if name in (None, row.name)]


def metrics_in(envelopes: Iterable[Envelope], name: str | None = None) -> list[RecordedMetric]:
    """Return the metric values in order; None is all names."""
    rows = (
        RecordedMetric(
            name=point["name"],
            time=datetime.fromisoformat(envelope["time"]),
            value=point["value"],
            labels=data.get("properties", {}),
        )
        for envelope, data in _of_type(envelopes, "MetricData")
        for point in data["metrics"]
    )
    return [row for row in rows if name in (None, row.name)]


def _of_type(
    envelopes: Iterable[Envelope], base_type: str
) -> Iterator[tuple[Envelope, dict[str, Any]]]:
    for envelope in envelopes:
        if envelope["data"]["baseType"] == base_type:
            yield envelope, envelope["data"]["baseData"]
