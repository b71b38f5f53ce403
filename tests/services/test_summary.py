"""The summary: what is counted for each kind of metric, and over which time the means go."""

import pytest

from tests.domain.factories import MINUTE, T0
from tests.services.monitor_factories import DAY, HOUR, Json, Monitor, sent, value


async def line(monitor: Monitor, metric: str, **where: str) -> Json:
    """Return a metric's line over the hours around T0."""
    found: Json = (await monitor.summary(**where))["metric_breakdown"][metric]
    return found


async def test_a_timer_counts_its_values_and_a_ratio_its_minutes() -> None:
    monitor = Monitor(now=T0 + 5 * MINUTE)
    await monitor.post(
        sent(T0, 100.0), sent(T0, 300.0), sent(T0 + 2 * MINUTE, 50.0, error_type="boom")
    )
    assert (await line(monitor, "model_response_time"))["count"] == 2
    assert (await line(monitor, "model_failed_response_time"))["count"] == 1
    rate = await line(monitor, "model_error_rate")
    assert (rate["count"], rate["min_value"], rate["max_value"]) == (2, 0, 1)
    assert rate["avg_value"] == pytest.approx(1 / 3)
    assert rate["latest_value"] == 1


async def test_the_totals_are_those_of_the_lines() -> None:
    monitor = Monitor()
    await monitor.post(sent(T0, input_tokens=3, output_tokens=4), sent(T0))
    await monitor.post_metrics(value("depth"), value("depth"))
    summary = await monitor.summary()
    lines = summary["metric_breakdown"]
    assert lines["model_tokens_used"]["count"] == 1
    assert lines["depth"]["count"] == 2
    assert summary["total_metrics"] == sum(each["count"] for each in lines.values())
    assert summary["unique_metrics"] == len(lines)


async def test_the_means_of_hour_and_day_are_those_that_end_the_span() -> None:
    monitor = Monitor(now=T0)
    for ago, level in ((20 * MINUTE, 10), (5 * HOUR, 40), (30 * HOUR, 100)):
        await monitor.post_metrics(value("depth", T0 - ago, value=level))
    await monitor.roll()
    found = (await monitor.summary(T0 - 2 * DAY, T0))["metric_breakdown"]["depth"]
    assert found["hourly_avg"] == 10
    assert found["daily_avg"] == 25
    assert found["avg_value"] == 50
    assert found["latest_value"] == 10


async def test_an_hour_without_values_has_no_mean() -> None:
    monitor = Monitor(now=T0)
    await monitor.post_metrics(value("depth", T0 - 5 * HOUR))
    await monitor.roll()
    found = (await monitor.summary(T0 - 2 * DAY, T0))["metric_breakdown"]["depth"]
    assert (found["hourly_avg"], found["daily_avg"]) == (None, 4)


async def test_values_of_several_models_are_said_to_be_mixed() -> None:
    monitor = Monitor()
    await monitor.post(sent(T0), sent(T0, model="other"))
    assert (await line(monitor, "model_response_time"))["mixed"] is True
    assert "mixed" not in await line(monitor, "model_response_time", model="other")


async def test_a_gauge_shows_its_bounds_and_its_latest_value() -> None:
    monitor = Monitor(now=T0 + 5 * MINUTE)
    await monitor.post_metrics(
        *(value("depth", T0 + n * MINUTE, value=v) for n, v in ((2, 9), (1, -3)))
    )
    found = await line(monitor, "depth")
    shown = ("count", "avg_value", "min_value", "max_value", "latest_value")
    assert [found[name] for name in shown] == [2, 3, -3, 9, 9]


async def test_a_week_is_summed_up_from_its_hours() -> None:
    monitor = Monitor(now=T0)
    await monitor.post(*(sent(T0 - n * 5 * HOUR, 10.0 * n + 1) for n in range(30)))
    await monitor.roll()
    found = (await monitor.summary(T0 - 7 * DAY, T0 + MINUTE))["metric_breakdown"]
    assert found["model_requests_total"]["count"] == 30
    assert found["model_response_time"]["max_value"] == 291
    assert found["model_error_rate"]["count"] == 30


async def test_nothing_at_all_is_an_empty_summary() -> None:
    summary = await Monitor().summary()
    assert (summary["total_metrics"], summary["metric_breakdown"]) == (0, {})
