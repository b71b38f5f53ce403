"""One value a series and step: exact means, nothing where there is nothing."""

from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.anomaly.board import SeriesName
from shared.domain.anomaly.values import FEWEST_REQUESTS, StepValue, step_values
from shared.domain.metric.names import REQUESTS_IN_PROGRESS
from shared.domain.record.metric_record import MetricKind
from shared.domain.record.request import RequestRecord
from shared.domain.timeline import floor_to, minute_of
from tests.domain.factories import MINUTE, T0, metric, metric_rollup, request, requests, rollup

STEP = minute_of(T0)


def at_step(*records: RequestRecord, step: int = STEP) -> dict[str, StepValue]:
    """Return metric -> value of one deployment in one step."""
    found = step_values([rollup(*records)], []).get(step, {})
    return {name.metric: value for name, value in found.items()}


def many(count: int, **fields: object) -> list[RequestRecord]:
    return [request(deployment="east", **fields) for _ in range(count)]


def test_requests_give_five_series() -> None:
    first = {"time_to_first_token_ms": 200.0}
    fast = many(4, duration_ms=1000.0, input_tokens=90, output_tokens=10, **first)
    slow = many(2, duration_ms=4000.0, input_tokens=300, output_tokens=100)
    failed = many(2, duration_ms=9000.0, error_type="timeout")

    assert at_step(*fast, *slow, *failed) == {
        "requests": StepValue(8.0, few=False),
        "error_rate": StepValue(0.25, few=False),
        "response_time_avg_ms": StepValue(2000.0, few=False),
        "time_to_first_token_avg_ms": StepValue(200.0, few=True),
        "tokens_per_request": StepValue(200.0, few=False),
    }


@pytest.mark.parametrize("count", [1, FEWEST_REQUESTS - 1, FEWEST_REQUESTS])
def test_a_mean_of_few_requests_is_marked_and_their_number_is_not(count: int) -> None:
    found = at_step(*many(count))
    assert found["response_time_avg_ms"].few is (count < FEWEST_REQUESTS)
    assert found["requests"] == StepValue(float(count), few=False)


def test_all_failed_has_an_error_rate_and_no_response_time() -> None:
    found = at_step(*many(6, error_type="server_error"))
    assert found["error_rate"] == StepValue(1.0, few=False)
    assert "response_time_avg_ms" not in found
    assert "tokens_per_request" not in found


def test_gauges_are_averaged_by_resource_and_counters_are_left_out() -> None:
    records = [
        metric(name="cpu_utilization", value=value, attributes={"resource": "vm-1", "core": core})
        for core, value in (("0", 0.2), ("1", 0.6))
    ]
    records += [
        metric(name="jobs", kind=MetricKind.COUNTER, value=3.0),
        metric(name=REQUESTS_IN_PROGRESS, value=3.0),
    ]
    found = step_values([], [metric_rollup(*records)])
    assert found == {
        STEP: {SeriesName("", "", "vm-1", "cpu_utilization"): StepValue(0.4, few=False)}
    }


def test_what_was_counted_together_beyond_the_cap_is_nobodys() -> None:
    assert step_values([rollup(request(model="m", deployment="__other__"))], []) == {}


def test_busier_deployments_come_first() -> None:
    records = [*many(2), *[request(deployment="west") for _ in range(5)]]
    found = step_values([rollup(*records)], [])[STEP]
    assert [name.deployment for name in found if name.metric == "requests"] == ["west", "east"]


@settings(max_examples=40)
@given(st.lists(requests(), min_size=1, max_size=30))
def test_every_request_counts_once_in_the_step_in_which_it_ended(
    records: list[RequestRecord],
) -> None:
    found = step_values([rollup(each) for each in records], [])
    counted = _by_step(
        floor_to(minute_of(each.start_time + each.duration_ms / 60_000 * MINUTE), 5)
        for each in records
    )
    assert {
        step: sum(value.value for name, value in values.items() if name.metric == "requests")
        for step, values in found.items()
    } == counted


def _by_step(steps: Iterable[int]) -> dict[int, float]:
    found: dict[int, float] = {}
    for step in steps:
        found[step] = found.get(step, 0) + 1
    return found
