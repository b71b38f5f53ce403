"""Events, points and a sender for tests of Application Insights, the library's own reports off."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest

from shared.adapters.appinsights import AppInsights
from shared.domain.event import ALERT_FIRING, Event, GaugePoint, new_event

T0 = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)

QUIET = (
    "APPLICATIONINSIGHTS_STATSBEAT_DISABLED_ALL",
    "APPLICATIONINSIGHTS_SDKSTATS_DISABLED",
    "APPLICATIONINSIGHTS_CONTROLPLANE_DISABLED",
)


@asynccontextmanager
async def connected(
    connection_string: str, *, role: str = "monitor", timeout_s: float = 5
) -> AsyncIterator[AppInsights]:
    """Open a sender without the library's own statistics and control plane."""
    with pytest.MonkeyPatch.context() as environment:
        for name in QUIET:
            environment.setenv(name, "true")
        sender = AppInsights(connection_string, None, role=role, timeout_s=timeout_s)
        try:
            yield sender
        finally:
            await sender.close()


def event(event_id: str = "e1", *, name: str = ALERT_FIRING, **properties: str) -> Event:
    """Return an event at T0 with one measurement."""
    return new_event(
        name,
        event_id=event_id,
        time=T0,
        environment="test",
        properties=properties,
        measurements={"value": 0.25},
    )


def point(metric: str = "model_cost_usd", value: float = 1.5, minute: int = 0) -> GaugePoint:
    """Return a point of gpt-5-mini, `minute` minutes after T0."""
    return GaugePoint(metric, T0 + minute * MINUTE, value, {"model": "gpt-5-mini"})
