"""From rollups of requests and metrics to hours."""

import math
from datetime import timedelta

import pytest

from shared.domain.rollup.measures import MEASURES
from shared.domain.timeline import HOUR_M, minute_of
from shared.domain.verification.rollup_hours import hours_from, kind_of, measures_of
from shared.domain.verification.verdict import Metric
from tests.domain.factories import T0, metric, metric_rollup, request, rollup

AT = minute_of(T0) // HOUR_M
HOUR = timedelta(hours=1)


def test_response_times_are_logarithms_with_the_length_of_answers() -> None:
    parts = [
        rollup(
            request(duration_ms=1000.0, input_tokens=1, output_tokens=9),
            request(duration_ms=4000.0, input_tokens=1, output_tokens=99, model="other"),
        ),
        rollup(request(start_time=T0 + HOUR, duration_ms=2000.0, input_tokens=1, output_tokens=0)),
    ]
    found = hours_from(Metric.RESPONSE_TIME, parts, with_lengths=True)

    logs = [math.log(1e6), math.log(4e6)]
    assert found.at.tolist() == [AT, AT + 1]
    assert found.n.tolist() == [2, 1]
    assert found.total[0] == pytest.approx(sum(logs), abs=2e-3)
    assert found.squares is not None
    assert found.squares[0] == pytest.approx(sum(each**2 for each in logs), abs=5e-2)
    assert found.lengths is not None
    assert found.lengths.total.tolist() == pytest.approx([math.log(1000), 0.0], abs=2e-3)
    assert found.lengths.cross[0] == pytest.approx(
        logs[0] * math.log(10) + logs[1] * math.log(100), abs=5e-2
    )
    assert hours_from(Metric.RESPONSE_TIME, parts, with_lengths=False).lengths is None


def test_hours_in_which_nothing_could_be_measured_are_left_out() -> None:
    without_usage = rollup(request(), request(error_type="timeout"))
    assert hours_from(Metric.RESPONSE_TIME, [without_usage], with_lengths=True).at.tolist() == []
    assert hours_from(Metric.ERROR_RATE, [without_usage], with_lengths=True).at.tolist() == [AT]
    for measured in Metric:
        assert hours_from(measured, [], with_lengths=True).at.tolist() == []


@pytest.mark.parametrize(
    ("measured", "n", "total"),
    [
        (Metric.ERROR_RATE, 5, 2),
        (Metric.THROTTLED_SHARE, 5, 1),
        (Metric.FAILED_RESPONSE_TIME, 2, 9_500_000),
        (Metric.TIME_TO_FIRST_TEXT, 3, 200_000 + 3_000_000 * 2 / 3),
        (Metric.TOKENS_PER_REQUEST, 3, 60),
        (Metric.UNCACHED_INPUT_TOKENS, 3, 30 - 4),
        (Metric.ADMITTED_TOKENS, 5, 10 + 10 + 2 * (10 + 50)),
        (Metric.TRUNCATED_SHARE, 3, 2),
    ],
)
def test_other_metrics_are_sums_over_requests(measured: Metric, n: int, total: float) -> None:
    usage = {"input_tokens": 10, "output_tokens": 10}
    part = rollup(
        request(**usage, finish_reason="length", max_tokens=50, cached_input_tokens=4),
        request(**usage, finish_reason="length", max_tokens=50),
        request(**usage, finish_reason="stop", time_to_first_token_ms=200.0),
        request(error_type="timeout", duration_ms=9_000.0),
        request(status_code=429, duration_ms=500.0),
    )
    found = hours_from(measured, [part], with_lengths=True)
    assert (found.n.tolist(), found.total.tolist()) == ([n], [total])


def test_quality_is_the_scores() -> None:
    part = metric_rollup(
        metric(name="model_quality_tone", value=0.5), metric(name="model_quality_tone", value=0.75)
    )
    found = hours_from(Metric.QUALITY, [part], with_lengths=True)
    assert (found.n.tolist(), found.total.tolist()) == ([2], [1.25])
    assert found.squares is not None
    assert found.squares.tolist() == [0.25 + 0.5625]


@pytest.mark.parametrize("measured", Metric)
def test_only_what_is_needed_is_read(measured: Metric) -> None:
    known = MEASURES[kind_of(measured)]
    assert measures_of(measured) <= {*known.dense, *known.sparse}
