"""Events and gauge points in the shapes that the Azure Monitor exporters take.

The exporter makes an event of a log record that carries `microsoft.custom_event.name`, its numbers
from `microsoft.custom_measurements` (JSON), and a row of customMetrics of each data point. Records
are built directly, not through a logger or a meter: those would put the time of sending on them.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import msgspec
from opentelemetry._logs import LogRecord
from opentelemetry.sdk._logs import ReadableLogRecord
from opentelemetry.sdk.metrics.export import (
    Gauge,
    Metric,
    MetricsData,
    NumberDataPoint,
    ResourceMetrics,
    ScopeMetrics,
)
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.util.instrumentation import InstrumentationScope

from shared.domain.event import Event, GaugePoint

EVENT_NAME = "microsoft.custom_event.name"
MEASUREMENTS = "microsoft.custom_measurements"

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_SCOPE = InstrumentationScope("shared")


def log_records(events: Sequence[Event], resource: Resource) -> list[ReadableLogRecord]:
    """Return one log record for each event, in order."""
    return [_log_record(event, resource) for event in events]


def metrics_data(points: Sequence[GaugePoint], resource: Resource) -> MetricsData:
    """Return the points as gauges of one data point each, in order."""
    scope = ScopeMetrics(_SCOPE, [_metric(point) for point in points], schema_url="")
    return MetricsData([ResourceMetrics(resource, [scope], schema_url="")])


def _log_record(event: Event, resource: Resource) -> ReadableLogRecord:
    attributes = {
        **event.properties,
        EVENT_NAME: event.name,
        MEASUREMENTS: msgspec.json.encode(event.measurements).decode(),
    }
    record = LogRecord(timestamp=_unix_ns(event.time), attributes=attributes)
    return ReadableLogRecord(record, resource)


def _metric(point: GaugePoint) -> Metric:
    time_ns = _unix_ns(point.time)
    value = NumberDataPoint(point.labels, time_ns, time_ns, point.value)
    return Metric(point.metric, description=None, unit=None, data=Gauge([value]))


def _unix_ns(time: datetime) -> int:
    return (time - _EPOCH) // _MICROSECOND * 1_000
