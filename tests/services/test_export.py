"""Minute metrics to Application Insights: each complete minute once, few enough label sets."""

from collections import Counter
from datetime import timedelta

import pytest

from shared.domain.event import GaugePoint
from shared.errors import Unavailable
from shared.services.export import EXPORTED_THROUGH, MAX_LABEL_SETS, export_minutes
from tests.domain.factories import MINUTE, T0
from tests.services.monitor_factories import FakeInsights, Monitor, sent


@pytest.fixture
def insights() -> FakeInsights:
    return FakeInsights()


@pytest.fixture
def monitor(insights: FakeInsights) -> Monitor:
    return Monitor(telemetry=insights)


async def export(monitor: Monitor) -> int:
    app = monitor.app
    return await export_minutes(
        cursors=app.cursors, telemetry=app.telemetry, load_frame=app.load_frame
    )


async def minute_by_minute(monitor: Monitor, minutes: int, *, posting: bool = True) -> None:
    """Let minutes go by: a request in each, then rollup and export at its end."""
    for _ in range(minutes):
        if posting:
            await monitor.post(sent(monitor.now, 100.0, input_tokens=5, output_tokens=1))
        await monitor.roll(monitor.now + MINUTE)
        await export(monitor)


def totals(points: list[GaugePoint]) -> list[tuple[str, float]]:
    return [
        (f"{point.time:%H:%M}", point.value)
        for point in points
        if point.metric == "model_requests_total"
    ]


async def test_each_minute_is_sent_once_and_in_order(
    monitor: Monitor, insights: FakeInsights
) -> None:
    monitor.now = T0 + timedelta(seconds=30)
    await monitor.roll()
    await export(monitor)
    await minute_by_minute(monitor, 5)
    await minute_by_minute(monitor, 1, posting=False)
    assert totals(insights.points) == [(f"10:{n:02}", 1) for n in range(5)]
    assert await export(monitor) == 0


async def test_a_minute_has_its_gauges_with_their_labels(
    monitor: Monitor, insights: FakeInsights
) -> None:
    monitor.now = T0 + timedelta(seconds=30)
    records = [sent(T0, 100.0, application="bot"), sent(T0, 300.0, application="bot")]
    await monitor.post(*records, sent(T0, 900.0, application="bot", error_type="boom"))
    await monitor.roll(T0 + 90 * timedelta(seconds=1))
    await export(monitor)
    found = {point.metric: point for point in insights.points}
    assert found["model_requests_total"].value == 3
    assert found["model_errors_total"].value == 1
    assert found["model_error_rate"].value == pytest.approx(1 / 3)
    assert found["model_response_time"].value == 200
    assert found["model_response_time_p95"].value == pytest.approx(300, rel=0.01)
    assert found["model_response_time_p50"].value == pytest.approx(100, rel=0.01)
    assert found["model_failed_response_time"].value == 900
    assert found["model_requests_total"].time == T0
    assert found["model_requests_total"].labels == {
        "model": "gpt-5-mini",
        "deployment": "gpt-5-mini",
        "application": "bot",
    }


async def test_what_comes_late_is_not_sent_again(monitor: Monitor, insights: FakeInsights) -> None:
    monitor.now = T0 + timedelta(seconds=30)
    await minute_by_minute(monitor, 3)
    already = totals(insights.points)
    assert [time for time, _ in already] == ["10:00", "10:01", "10:02"]
    monitor.now += 30 * MINUTE
    await monitor.post(*[sent(T0)] * 5)
    await monitor.roll()
    await export(monitor)
    assert totals(insights.points) == already


async def test_while_the_endpoint_is_down_minutes_wait(
    monitor: Monitor, insights: FakeInsights
) -> None:
    monitor.now = T0 + timedelta(seconds=30)
    await minute_by_minute(monitor, 2)
    insights.down = True
    for _ in range(3):
        await monitor.post(sent(monitor.now))
        await monitor.roll(monitor.now + MINUTE)
        with pytest.raises(Unavailable):
            await export(monitor)
    insights.down = False
    await minute_by_minute(monitor, 1)
    times = Counter(time for time, _ in totals(insights.points))
    assert times == {f"10:{n:02}": 1 for n in range(6)} | {"10:05": times["10:05"]}
    assert max(times.values()) == 1


async def test_no_more_than_an_hour_is_made_up_for(
    monitor: Monitor, insights: FakeInsights
) -> None:
    await monitor.roll()
    await export(monitor)
    for minute in range(0, 180, 10):
        monitor.now = T0 + minute * MINUTE
        await monitor.post(sent(monitor.now))
    await monitor.roll(T0 + 180 * MINUTE + timedelta(seconds=30))
    await export(monitor)
    assert [time for time, _ in totals(insights.points)] == [f"12:{n}0" for n in range(6)]


async def test_only_the_busiest_series_are_sent(monitor: Monitor, insights: FakeInsights) -> None:
    many = MAX_LABEL_SETS + 30
    monitor.now = T0 + timedelta(seconds=50)
    for busy in (1, 3):
        named = range(many) if busy == 1 else range(MAX_LABEL_SETS)
        await monitor.post(*[sent(T0, application=f"app{n}") for n in named for _ in range(busy)])
    await monitor.roll(T0 + 90 * timedelta(seconds=1))
    await export(monitor)
    values = [value for _, value in totals(insights.points)]
    assert values == [4] * MAX_LABEL_SETS


async def test_without_application_insights_nothing_is_kept_for_later() -> None:
    monitor = Monitor()
    await monitor.post(sent(T0))
    await monitor.roll()
    assert await export(monitor) == 0
    assert await monitor.app.cursors.read(EXPORTED_THROUGH) is None
