"""Reports on models: what is exact, what is null, what is filtered."""

import math
from random import Random

import pytest

from shared.domain.rollup.term_cap import MAX_TERMS
from tests.domain.factories import MINUTE, T0
from tests.services.monitor_factories import HOUR, Monitor, sent, span


async def test_all_that_failed_have_no_latency_but_a_failed_one() -> None:
    monitor = Monitor()
    await monitor.post(*[sent(T0, 300.0, error_type="boom", status_code=500)] * 4)
    report = await monitor.report()
    assert (report["total_requests"], report["error_rate"]) == (4, 1)
    assert report["errors_by_class"] == {"server": 4}
    assert report["p99_failed_response_time_ms"] == pytest.approx(300, rel=0.01)
    times = [text for text in report if text.endswith("_response_time_ms") and "failed" not in text]
    assert len(times) == 7
    assert {report[name] for name in times} == {None}


@pytest.mark.parametrize(
    ("fields", "kind", "group"),
    [
        ({"status_code": 429}, "http_429", "quota"),
        ({"status_code": 429, "error_type": "NoCapacity"}, "NoCapacity", "capacity"),
        ({"status_code": 408}, "http_408", "timeout"),
        ({"error_type": "APITimeoutError"}, "APITimeoutError", "timeout"),
        ({"status_code": 400, "error_type": "content_filter"}, "content_filter", "content_filter"),
        ({"status_code": 404}, "http_404", "client"),
        ({"status_code": 503}, "http_503", "server"),
        ({"error_type": "mystery"}, "mystery", "server"),
        ({"error_type": "abandoned"}, "abandoned", "abandoned"),
    ],
)
async def test_failures_are_told_apart(fields: dict[str, object], kind: str, group: str) -> None:
    monitor = Monitor()
    await monitor.post(sent(T0, **fields), sent(T0, status_code=200))
    report = await monitor.report()
    assert report["errors_by_type"] == {kind: 1}
    assert report["errors_by_class"] == {group: 1}
    assert report["error_rate"] == 0.5


async def test_tokens_that_are_not_known_are_missing_and_not_zero() -> None:
    monitor = Monitor()
    await monitor.post(
        sent(T0, input_tokens=100, output_tokens=20, cached_input_tokens=40, reasoning_tokens=5),
        sent(T0, input_tokens=0, output_tokens=0),
        sent(T0),
    )
    report = await monitor.report()
    assert report["missing_usage_requests"] == 1
    assert report["avg_tokens_per_request"] == 60
    assert report["total_input_tokens"] == 100
    assert report["total_cached_input_tokens"] == 40
    assert (report["total_output_tokens"], report["total_reasoning_tokens"]) == (20, 5)


async def test_without_any_usage_the_mean_is_null() -> None:
    monitor = Monitor()
    await monitor.post(sent(T0))
    assert (await monitor.report())["avg_tokens_per_request"] is None


async def test_retries_spillover_streams_and_finish_reasons_are_counted() -> None:
    monitor = Monitor()
    await monitor.post(
        sent(T0, attempt=1, finish_reason="stop"),
        sent(T0, attempt=2, finish_reason="length", stream=True, time_to_first_token_ms=50.0),
        sent(T0, deployment="a", deployment_served="b", finish_reason="stop"),
        sent(T0, deployment="a", deployment_served="a"),
    )
    report = await monitor.report()
    counted = ("retried_requests", "spilled_requests", "streamed_requests")
    assert [report[name] for name in counted] == [1, 1, 1]
    assert report["finish_reasons"] == {"stop": 2, "length": 1}
    assert report["avg_time_to_first_token_ms"] == 50


async def test_a_request_counts_for_the_deployment_that_served_it() -> None:
    monitor = Monitor()
    await monitor.post(sent(T0, deployment="asked", deployment_served="served"))
    assert (await monitor.report(deployment="served"))["total_requests"] == 1
    assert (await monitor.report(deployment="asked"))["no_data"] is True


async def test_deployments_of_one_name_in_two_resources_are_told_apart() -> None:
    monitor = Monitor()
    await monitor.post(
        sent(T0, 10.0, deployment="prod", resource="east"),
        sent(T0, 30.0, deployment="prod", resource="west"),
    )
    assert (await monitor.report(deployment="prod"))["total_requests"] == 2
    assert (await monitor.report(deployment="prod", resource="west"))["avg_response_time_ms"] == 30


async def test_error_types_beyond_the_twenty_largest_are_counted_together() -> None:
    monitor = Monitor()
    kinds = [f"type{n:02}" for n in range(MAX_TERMS + 15)]
    await monitor.post(*(sent(T0, error_type=kind) for kind in kinds for _ in range(2)))
    await monitor.post(*[sent(T0, error_type="large")] * 9)
    await monitor.roll()
    report = await monitor.report()
    assert report["failed_requests"] == 2 * len(kinds) + 9
    assert sum(report["errors_by_type"].values()) == report["failed_requests"]
    assert report["errors_by_type"]["large"] == 9
    assert report["errors_by_type"]["__other__"] == 2 * len(kinds) - 2 * (MAX_TERMS - 1)


async def test_quantiles_are_within_one_per_cent_by_nearest_rank() -> None:
    monitor, chance = Monitor(now=T0 + HOUR), Random(3)
    times = [round(chance.lognormvariate(6, 1.5), 3) for _ in range(3000)]
    ends = [T0 + chance.random() * HOUR for _ in times]
    await monitor.post(*(sent(end, each) for end, each in zip(ends, times, strict=True)))
    await monitor.roll()
    report = await monitor.report()
    times.sort()
    for name, share in (("p5", 0.05), ("p50", 0.5), ("p95", 0.95), ("p99", 0.99)):
        exact = times[math.ceil(share * len(times)) - 1]
        assert report[f"{name}_response_time_ms"] == pytest.approx(exact, rel=0.01)
    assert report["quantile_relative_error"] <= 0.01
    assert report["min_response_time_ms"] == times[0]
    assert report["max_response_time_ms"] == times[-1]


async def test_what_is_not_priced_costs_null_and_not_nothing() -> None:
    monitor = Monitor()
    await monitor.post(sent(T0, model="nobody-prices-this", input_tokens=5, output_tokens=5))
    report = await monitor.report(model="nobody-prices-this")
    assert (report["cost_usd"], report["unpriced_requests"]) == (None, 1)


async def test_no_traffic_in_the_span_is_no_data() -> None:
    monitor = Monitor()
    await monitor.post(sent(T0))
    report = await monitor.report(T0 + MINUTE, T0 + HOUR)
    assert report["no_data"] is True
    assert report["time_range_seconds"] == span(T0 + MINUTE, T0 + HOUR).seconds
    assert "total_requests" not in report


async def test_what_was_sampled_out_is_told_beside_what_was_reported() -> None:
    monitor = Monitor()
    await monitor.post(sent(sample_weight=10, input_tokens=5), sent(sample_weight=1.5), sent())
    report = await monitor.report()
    assert (report["total_requests"], report["total_input_tokens"]) == (3, 5)
    assert report["sampled_out_requests"] == 9
