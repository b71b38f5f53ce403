"""No Application Insights: events and minute metrics stay in the app, where the API shows them."""

from collections.abc import Sequence

from shared.domain.event import Event, GaugePoint


class NoTelemetry:
    """The `Telemetry` port without a receiver."""

    enabled = False

    async def send_events(self, events: Sequence[Event]) -> None:
        """Take the events as delivered: alerts are listed by the API all the same."""

    async def send_metrics(self, points: Sequence[GaugePoint]) -> None:
        """Take the points as delivered: series are shown by the API all the same."""
