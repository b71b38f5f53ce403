"""Application Insights as the place where events and minute metrics go.

Both travel through exporters of their own rather than through the SDK's pipeline, whose
`force_flush` reports success even after a 503 and whose offline storage dies with the instance. So
here a call returns when the endpoint has taken everything, and raises otherwise. Importing this
module takes about half a second; `bootstrap` does it when telemetry is first sent.
"""

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import Any

from azure.monitor.opentelemetry.exporter import (
    AzureMonitorLogExporter,
    AzureMonitorMetricExporter,
)
from opentelemetry.sdk._logs import ReadableLogRecord
from opentelemetry.sdk.metrics.export import MetricsData
from opentelemetry.sdk.resources import Resource

from shared.adapters.appinsights_envelope import log_records, metrics_data
from shared.adapters.appinsights_lane import Cargo, Lane, ResponseHook
from shared.domain.event import Event, GaugePoint


class AppInsights:
    """Delivers events to customEvents and gauge points to customMetrics.

    Build one per process and close it: each of its two lanes has a thread and a connection, and
    the library keeps background threads of its own per process (statsbeat, the control plane)
    unless `APPLICATIONINSIGHTS_STATSBEAT_DISABLED_ALL`, `APPLICATIONINSIGHTS_SDKSTATS_DISABLED` and
    `APPLICATIONINSIGHTS_CONTROLPLANE_DISABLED` are `true`.

    Attributes:
        enabled: always true; there is somewhere to send to.
    """

    enabled: bool = True

    def __init__(
        self,
        connection_string: str,
        credential: object | None,
        *,
        role: str = "foundry-monitor",
        timeout_s: float = 10.0,
    ) -> None:
        """Build the exporters; nothing is sent.

        Args:
            connection_string: of the Application Insights resource.
            credential: a synchronous `TokenCredential`; None sends with the instrumentation key
                alone, whatever APPLICATIONINSIGHTS_AUTHENTICATION_STRING says.
            role: cloud_RoleName of all that is sent.
            timeout_s: how long to wait for a connection, and again for its answer.

        Raises:
            ValueError: the connection string cannot be read.
        """
        options = _options(connection_string, credential, timeout_s)
        resource = Resource({"service.name": role})

        def log_exporter(hook: ResponseHook) -> AzureMonitorLogExporter:
            return AzureMonitorLogExporter(raw_response_hook=hook, **options)

        def metric_exporter(hook: ResponseHook) -> AzureMonitorMetricExporter:
            return AzureMonitorMetricExporter(raw_response_hook=hook, **options)

        self._events: Lane[Event, list[ReadableLogRecord]] = Lane(
            Cargo("events", partial(log_records, resource=resource), _describe_event), log_exporter
        )
        self._metrics: Lane[GaugePoint, MetricsData] = Lane(
            Cargo("points", partial(metrics_data, resource=resource), _describe_point),
            metric_exporter,
        )

    async def send_events(self, events: Sequence[Event]) -> None:
        """Deliver every event with its own time, unsampled.

        An event the endpoint refuses for good (older than 48 hours, or invalid among valid ones) is
        logged as an error and counts as delivered, so that it cannot hold up the others.

        Raises:
            Unavailable: not every event was taken; send all of them again.
        """
        await self._events.deliver(events)

    async def send_metrics(self, points: Sequence[GaugePoint]) -> None:
        """Deliver every point with its own time, its labels as customDimensions.

        The exporter keeps the names of OpenTelemetry's own HTTP instruments for itself: a metric
        called `http.server.request.duration`, say, does not arrive as a custom metric.

        Raises:
            Unavailable: not every point was taken; send all of them again.
        """
        await self._metrics.deliver(points)

    async def close(self) -> None:
        """Let the posts under way end and close the connections."""
        await asyncio.to_thread(self._events.close)
        await asyncio.to_thread(self._metrics.close)


def readable(connection_string: str) -> str:
    """Return a connection string as the exporter can use it.

    The portal's strings end their endpoints in a slash, from which the exporter would make
    `//v2.1/track`, and copied ones often end in a semicolon, which it cannot read.
    """
    fields = connection_string.strip().rstrip(";").split(";")
    return ";".join(field.strip().rstrip("/") for field in fields)


def _options(connection_string: str, credential: object | None, timeout_s: float) -> dict[str, Any]:
    return {
        "connection_string": readable(connection_string),
        "credential": credential,
        "disable_offline_storage": True,
        # Left on, it drops what is over its rate, and reports success.
        "max_envelopes_per_second": 0,
        # Else a Retry-After is slept through inline, up to three times.
        "retry_total": 0,
        "timeout": timeout_s,
        "read_timeout": timeout_s,
    }


def _describe_event(event: Event) -> str:
    return f"{event.name}/{event.event_id}"


def _describe_point(point: GaugePoint) -> str:
    return f"{point.metric}@{point.time.isoformat()}"
