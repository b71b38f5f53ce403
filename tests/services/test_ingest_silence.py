"""Silence: since when nothing has arrived, remembered for longer than minutes are looked back."""

from datetime import datetime

import pytest

from shared.domain.timeline import instant, minute_of
from shared.services.ingest_silence import record_silence
from tests.domain.factories import MINUTE, T0
from tests.services.monitor_factories import HOUR, Monitor, sent, value


async def silent_since(monitor: Monitor, at: datetime) -> datetime | None:
    """Roll up and record silence as the timer does at a time."""
    run = await monitor.roll(at)
    app = monitor.app
    through = minute_of(at) - 1
    since = await record_silence(
        through, before=run.complete_before, load_frame=app.load_frame, cursors=app.cursors
    )
    return None if since is None else instant(since)


async def with_traffic(minutes: int) -> Monitor:
    """Return a monitor that got a request a minute until T0."""
    monitor = Monitor(now=T0)
    await monitor.post(*(sent(T0 - (n + 1) * MINUTE) for n in range(minutes)))
    return monitor


async def test_while_records_arrive_there_is_no_silence() -> None:
    assert await silent_since(await with_traffic(80), T0 + MINUTE) is None


@pytest.mark.parametrize("minutes", [2, 15, 28])
async def test_silence_begins_with_the_last_minute_that_had_records(minutes: int) -> None:
    monitor = await with_traffic(80)
    assert await silent_since(monitor, T0 + minutes * MINUTE) == T0


async def test_without_an_hour_of_traffic_quiet_is_no_silence() -> None:
    monitor = await with_traffic(20)
    assert await silent_since(monitor, T0 + 30 * MINUTE) is None


async def test_silence_lasts_for_as_long_as_nothing_arrives() -> None:
    monitor = await with_traffic(80)
    for minutes in (*range(20, 400, 20), 2000):
        assert await silent_since(monitor, T0 + minutes * MINUTE) == T0
        monitor.restart()


@pytest.mark.parametrize("minutes", [31, 90, 600, 1430])
async def test_silence_that_began_while_the_timer_stood_still_is_recorded(minutes: int) -> None:
    monitor = await with_traffic(80)
    assert await silent_since(monitor, T0) is None
    assert await silent_since(monitor, T0 + minutes * MINUTE) == T0
    assert await silent_since(monitor, T0 + (minutes + 1) * MINUTE) == T0


@pytest.mark.parametrize("metrics", [False, True])
async def test_silence_ends_with_whatever_arrives(*, metrics: bool) -> None:
    monitor = await with_traffic(80)
    assert await silent_since(monitor, T0 + 20 * MINUTE) == T0
    assert await silent_since(monitor, T0 + 3 * HOUR) == T0
    back = monitor.now
    if metrics:
        await monitor.post_metrics(value("depth", back))
    else:
        await monitor.post(sent(back))
    assert await silent_since(monitor, back + 2 * MINUTE) is None
    assert await silent_since(monitor, back + 20 * MINUTE) is None
