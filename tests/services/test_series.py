"""Charts: counters, gauges, timers, ratios, quotas, and steps of any length."""

import math
from random import Random

import msgspec
import pytest

from shared.domain.metric.window import Aggregation
from shared.errors import InvalidInput
from shared.services.deployments import DeploymentName, put_deployment
from tests.domain.factories import MINUTE, T0
from tests.services.monitor_factories import DAY, HOUR, Json, Monitor, sent, span, value

TEN = span(T0, T0 + 10 * MINUTE)


async def metrics(*records: Json) -> Monitor:
    """Return a monitor with metrics of the minutes after T0, rolled up."""
    monitor = Monitor(now=T0 + 10 * MINUTE)
    await monitor.post_metrics(*records)
    await monitor.roll()
    return monitor


async def with_quota(monitor: Monitor, **config: object) -> None:
    body = msgspec.json.encode(config)
    await put_deployment(
        DeploymentName("prod"), body, strict=True, now=T0, documents=monitor.app.documents
    )


@pytest.mark.parametrize(
    ("aggregation", "expected"),
    [
        (Aggregation.SUM, 12),
        (Aggregation.COUNT, 3),
        (Aggregation.RATE, 12 / 600),
        (Aggregation.AVG, 4),
        (Aggregation.MIN, 1),
        (Aggregation.MAX, 6),
    ],
)
async def test_a_counter_adds_up_its_increments(aggregation: Aggregation, expected: float) -> None:
    monitor = await metrics(
        *(
            value("jobs", T0 + n * MINUTE, kind="counter", value=v)
            for n, v in ((0, 5), (1, 6), (9, 1))
        )
    )
    found = await monitor.chart("jobs", aggregation, over=TEN, step_m=10)
    assert found == {(): [pytest.approx(expected)]}


async def test_the_last_value_of_a_gauge_is_the_latest_in_time_not_in_order_of_arrival() -> None:
    monitor = Monitor(now=T0 + 10 * MINUTE)
    for minute, level in ((5, 50), (7, 70), (6, 60)):
        await monitor.post_metrics(value("depth", T0 + minute * MINUTE, value=level))
        await monitor.roll()
    found = await monitor.chart("depth", Aggregation.LAST, over=TEN, step_m=10)
    assert found == {(): [70]}
    assert await monitor.chart("depth", Aggregation.AVG, over=TEN, step_m=10) == {(): [60]}


async def test_quantiles_of_a_timer_see_every_value_of_its_lists() -> None:
    chance = Random(2)
    values = [chance.lognormvariate(3, 1) for _ in range(500)]
    monitor = await metrics(
        value("wait", T0, kind="timer", unit="ms", values=values[:200]),
        value("wait", T0 + MINUTE, kind="timer", unit="ms", values=values[200:]),
    )
    values.sort()
    for aggregation, share in ((Aggregation.P50, 0.5), (Aggregation.P95, 0.95)):
        found = await monitor.chart("wait", aggregation, over=TEN, step_m=10)
        exact = values[math.ceil(share * len(values)) - 1]
        assert found == {(): [pytest.approx(exact, rel=0.01)]}
    total = await monitor.chart("wait", Aggregation.SUM, over=TEN, step_m=10)
    assert total[()][0] == pytest.approx(math.fsum(values), rel=1e-12)


async def test_negative_and_zero_values_are_values() -> None:
    monitor = await metrics(*(value("delta", T0, kind="histogram", value=v) for v in (-8, 0, 4)))
    for aggregation, expected in (
        (Aggregation.MIN, -8),
        (Aggregation.MAX, 4),
        (Aggregation.P50, 0),
        (Aggregation.SUM, -4),
    ):
        found = await monitor.chart("delta", aggregation, over=TEN, step_m=10)
        assert found == {(): [expected]}, aggregation


@pytest.mark.parametrize(
    ("aggregation", "expected"),
    [(Aggregation.AVG, 2 / 12), (Aggregation.MIN, 0.0), (Aggregation.MAX, 0.5)],
)
async def test_an_error_rate_is_errors_over_requests_or_that_of_its_worst_minute(
    aggregation: Aggregation, expected: float
) -> None:
    monitor = Monitor(now=T0 + 10 * MINUTE)
    await monitor.post(*[sent(T0)] * 8, *[sent(T0 + MINUTE)] * 2)
    await monitor.post(*[sent(T0 + MINUTE, error_type="boom")] * 2)
    found = await monitor.chart("model_error_rate", aggregation, over=TEN, step_m=10)
    assert found == {(): [pytest.approx(expected)]}


async def test_without_a_quota_there_is_no_usage_rate() -> None:
    monitor = Monitor()
    await monitor.post(sent(T0, deployment="prod", input_tokens=500))
    assert await monitor.chart("token_usage_rate", Aggregation.AVG, over=TEN) == {}


async def test_token_usage_is_measured_against_the_quota_as_azure_admits() -> None:
    monitor = Monitor(now=T0 + 10 * MINUTE)
    await with_quota(monitor, tpm_quota=1000, rpm_quota=4)
    await monitor.post(
        sent(T0, deployment="prod", input_tokens=300, output_tokens=100, max_tokens=500),
        sent(T0 + MINUTE, deployment="prod", input_tokens=300, output_tokens=100),
        sent(T0 + MINUTE, deployment="elsewhere", input_tokens=9000),
    )
    used = await monitor.chart("token_usage_rate", Aggregation.AVG, over=TEN, step_m=1)
    assert used[()][:3] == [0.8, 0.4, None]
    peak = await monitor.chart("token_usage_rate", Aggregation.MAX, over=TEN, step_m=10)
    assert peak == {(): [0.8]}
    asked = await monitor.chart("request_usage_rate", Aggregation.MAX, over=TEN, step_m=10)
    assert asked == {(): [0.25]}


async def test_a_quota_holds_from_its_day_on() -> None:
    monitor = Monitor(now=T0 + 10 * MINUTE)
    since = (T0 + 2 * MINUTE).isoformat()
    await with_quota(monitor, tpm_quota=1000)
    await with_quota(monitor, tpm_quota=500, effective_from=since)
    for minute in (1, 2):
        await monitor.post(sent(T0 + minute * MINUTE, deployment="prod", input_tokens=100))
    used = await monitor.chart("token_usage_rate", Aggregation.AVG, over=TEN)
    assert used[()][1:3] == [0.1, 0.2]


@pytest.mark.parametrize("step_m", [30, 60, 1440])
async def test_long_steps_are_what_their_requests_amount_to(step_m: int) -> None:
    monitor, chance = Monitor(now=T0 + 2 * DAY), Random(8)
    first, points = T0.replace(hour=0), 2 * 1440 // step_m
    times: list[list[float]] = [[] for _ in range(points)]
    for _ in range(200):
        minute, duration_ms = chance.randrange(2 * 1440), float(chance.randint(1, 900))
        times[minute // step_m].append(duration_ms)
        await monitor.post(sent(first + minute * MINUTE, duration_ms))
    await monitor.roll()
    expected = {
        Aggregation.COUNT: [len(each) or None for each in times],
        Aggregation.MAX: [max(each, default=None) for each in times],
        Aggregation.P95: [nearest_rank(each, 0.95) for each in times],
    }
    for aggregation, numbers in expected.items():
        over = span(first, first + 2 * DAY)
        found = await monitor.chart("model_response_time", aggregation, over=over, step_m=step_m)
        assert found[()] == [n if n is None else pytest.approx(n, rel=0.01) for n in numbers]


def nearest_rank(values: list[float], share: float) -> float | None:
    return sorted(values)[math.ceil(share * len(values)) - 1] if values else None


async def test_points_begin_at_the_start_of_an_odd_span() -> None:
    monitor = Monitor(now=T0 + 10 * MINUTE)
    await monitor.post(*(sent(T0 + n * MINUTE) for n in range(10)))
    over = span(T0 + 3 * MINUTE, T0 + 10 * MINUTE)
    assert await monitor.chart("model_requests_total", over=over, step_m=3) == {(): [3, 3, 1]}


async def test_a_filter_selects_and_groups_split() -> None:
    monitor = Monitor()
    await monitor.post(
        sent(T0, deployment="a", application="x"),
        sent(T0, deployment="b", application="x"),
        sent(T0, deployment="b", application="y"),
    )
    found = await monitor.chart(
        "model_requests_total",
        over=TEN,
        step_m=10,
        group_by=("deployment", "application"),
        where={"deployment": "b"},
    )
    assert found == {("b", "x"): [1], ("b", "y"): [1]}


@pytest.mark.parametrize("where", [{}, {"error_class": "quota"}], ids=["all", "filtered"])
async def test_errors_are_told_apart_by_class_whatever_their_type_is_called(
    where: dict[str, str],
) -> None:
    monitor = Monitor()
    types = ("RateLimitError", "rate_limit_exceeded", "timeout", None)
    await monitor.post(
        *(sent(T0, error_type=each) for each in types), sent(T0, status_code=429, model="other")
    )
    found = await monitor.chart(
        "model_errors_total", over=TEN, step_m=10, group_by=("error_class",), where=where
    )
    assert found == {("quota",): [3]} | ({} if where else {("timeout",): [1]})


async def test_more_points_than_a_chart_takes_are_refused() -> None:
    with pytest.raises(InvalidInput, match="at most 11000 points, got 11001"):
        await Monitor().chart("x", over=span(T0, T0 + 11_001 * MINUTE))


async def test_a_step_without_values_is_null() -> None:
    monitor = await metrics(value("depth", T0), value("depth", T0 + 9 * MINUTE))
    over = span(T0 - HOUR, T0 + HOUR)
    found = await monitor.chart("depth", Aggregation.COUNT, over=over, step_m=60)
    assert found == {(): [None, 2]}


@pytest.mark.parametrize("metric", ["model_error_rate", "token_usage_rate"])
@pytest.mark.parametrize("aggregation", [Aggregation.P95, Aggregation.SUM, Aggregation.RATE])
async def test_a_ratio_has_neither_sums_nor_quantiles(
    metric: str, aggregation: Aggregation
) -> None:
    with pytest.raises(InvalidInput, match="aggregation: expected avg, min or max for a ratio"):
        await Monitor().chart(metric, aggregation, over=span(T0, T0 + HOUR))
