"""A total outage of telemetry, from the last request to the first one after it."""

from datetime import datetime

import pytest

from shared.domain.alert.alert import Availability, Context
from shared.domain.alert.view import Alert, Stage
from shared.domain.event import Event
from shared.domain.timeline import minute_of
from shared.services.alerting import AlertingPorts, evaluate_alerts
from shared.services.alerts import AlertPorts, list_alerts
from shared.services.ingest_silence import record_silence
from tests.domain.factories import MINUTE, T0
from tests.services.monitor_factories import HOUR, FakeInsights, Monitor, sent, span

_SLOW, _SILENCE = "model_response_time", "ingest_silence"
_SILENT_M = 40


class Outage:
    """A monitor whose apps slow down, fall silent, and come back.

    Attributes:
        beats: every `alert.state` event so far.
    """

    def __init__(self) -> None:
        self.monitor = Monitor(now=T0 - HOUR, telemetry=FakeInsights())
        self.beats: list[Event] = []

    async def minute(self, at: datetime, *, duration_ms: float | None) -> None:
        """Report one request of the minute before, or none, and run the timers."""
        monitor = self.monitor
        monitor.now = at
        if duration_ms is not None:
            await monitor.post(sent(at - MINUTE / 2, duration_ms, model="gpt-5.6-sol"))
        run = await monitor.roll(at)
        app, through = monitor.app, run.complete_through
        assert through is not None
        await record_silence(through, before=None, load_frame=app.load_frame, cursors=app.cursors)
        done = await evaluate_alerts(
            now=at + MINUTE / 2,
            ports=AlertingPorts(
                app.documents, app.cursors, app.alerts, app.registry, app.load_frame
            ),
            context=Context("test"),
            catch_up_m=60,
            timer=lambda: 0.0,
            budget_s=60.0,
        )
        self.beats += done.beats

    async def span(self, first: int, end: int, *, duration_ms: float | None) -> None:
        """Let the minutes T0 + first to T0 + end pass."""
        for at in range(first, end):
            await self.minute(T0 + at * MINUTE, duration_ms=duration_ms)

    async def alerts(self, *stages: Stage) -> dict[str, Alert]:
        """Return the alerts of these stages by rule."""
        ports = AlertPorts(self.monitor.app.alerts, self.monitor.app.registry)
        over = span(T0 - HOUR, T0 + 3 * HOUR)
        page = await list_alerts(stages, over, limit=100, after=None, ports=ports)
        return {alert.rule: alert for alert in page.alerts}


@pytest.fixture
async def outage() -> Outage:
    """Return an hour of traffic that ends in slow answers, and then nothing."""
    made = Outage()
    await made.span(-60, -8, duration_ms=100.0)
    await made.span(-8, 0, duration_ms=60_000.0)
    assert set(await made.alerts(Stage.FIRING)) == {_SLOW}
    await made.span(0, _SILENT_M, duration_ms=None)
    return made


async def test_what_fires_goes_on_firing_and_says_that_nothing_is_known(outage: Outage) -> None:
    firing = await outage.alerts(Stage.FIRING)

    assert firing[_SLOW].data is Availability.SUSPENDED
    assert firing[_SILENCE].value is not None
    assert await outage.alerts(Stage.RESOLVED) == {}


async def test_the_events_say_so_too(outage: Outage) -> None:
    told = {event.properties["rule"]: event for event in outage.beats}
    pending = await outage.monitor.app.alerts.pending_events(100)

    assert told[_SLOW].properties["data"] == "suspended"
    assert [(event.name, event.properties["rule"]) for event in pending] == [
        ("alert.firing", _SLOW),
        ("alert.firing", _SILENCE),
    ]
    assert all(event.properties["data"] for event in pending)


async def test_silence_is_noticed_ten_minutes_after_the_last_minute_with_records(
    outage: Outage,
) -> None:
    silence = (await outage.alerts(Stage.FIRING))[_SILENCE]

    # The last request ended half a minute before T0 - 1.
    assert silence.active_since == T0 - MINUTE + 10 * MINUTE


async def test_states_go_on_where_they_were_once_traffic_is_back(outage: Outage) -> None:
    before = (await outage.alerts(Stage.FIRING))[_SLOW]

    await outage.span(_SILENT_M, _SILENT_M + 3, duration_ms=60_000.0)
    firing = await outage.alerts(Stage.FIRING)
    ended = await outage.alerts(Stage.RESOLVED)
    await outage.span(_SILENT_M + 3, _SILENT_M + 12, duration_ms=100.0)
    recovered = await outage.alerts(Stage.RESOLVED)

    assert (firing[_SLOW].alert_id, firing[_SLOW].data) == (before.alert_id, Availability.OK)
    assert ended[_SILENCE].resolved_reason == "recovered"
    assert recovered[_SLOW].alert_id == before.alert_id
    assert recovered[_SLOW].resolved_reason == "recovered"
    assert await outage.alerts(Stage.FIRING) == {}
    assert minute_of(outage.monitor.now) > minute_of(T0) + _SILENT_M
