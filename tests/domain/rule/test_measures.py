"""What rules read of rollups is all they need: values are those of rollups read whole."""

from typing import Any

import msgspec
import numpy as np
import pytest

from shared.domain.alert.evaluation import Measurements, findings_of
from shared.domain.metric.frame import Frame
from shared.domain.metric.sampling import Data
from shared.domain.rollup.codec import columns_for, rollup_blocks, rollup_from_blocks
from shared.domain.rollup.measures import METRIC_MEASURES, REQUEST_MEASURES
from shared.domain.rollup.rollup import Rollup
from shared.domain.rule.input import parse_rule
from shared.domain.rule.measures import measures_of
from shared.domain.timeline import minute_of
from tests.domain.factories import MINUTE, T0, metric, metric_rollup, request, rollup

_START = minute_of(T0)
_AGGREGATIONS = {
    "model_response_time": ("avg", "sum", "min", "max", "last", "count", "rate", "p50", "p99"),
    "model_failed_response_time": ("avg", "max", "p95"),
    "model_tokens_used": ("sum", "max", "last"),
    "model_requests_total": ("rate", "count"),
    "model_errors_total": ("sum",),
    "model_error_rate": ("avg", "min", "max"),
    "queue_depth": ("avg", "sum", "min", "max", "last", "count", "rate", "p90"),
}


def _whole() -> Data:
    requests = [
        request(
            start_time=T0 + at * MINUTE,
            duration_ms=500.0 + 37 * at,
            input_tokens=100 + at,
            output_tokens=at,
            error_type="timeout" if at % 3 == 0 else None,
        )
        for at in range(12)
    ]
    metrics = [metric(timestamp=T0 + at * MINUTE, value=at * 0.7) for at in range(12)]
    return Data([rollup(*requests)], [metric_rollup(*metrics)])


def _read(part: Rollup, only: frozenset[str]) -> Rollup:
    """Return a rollup as storage gives it where only some measures are asked for."""
    return rollup_from_blocks(rollup_blocks(part), part.measures, columns_for(part.measures, only))


def _measured(data: Data, stated: dict[str, Any]) -> tuple[np.ndarray[Any, Any], ...]:
    times = np.arange(_START + 1, _START + 14)
    frame = Frame(data, _START - 60, _START + 14)
    rule = parse_rule(msgspec.json.encode(stated))
    readings = findings_of(rule, Measurements(frame, times)).readings
    assert len(readings.labels) > 0
    return readings.values, readings.samples


_CASES = [(name, each, ()) for name, several in _AGGREGATIONS.items() for each in several] + [
    ("model_errors_total", "sum", ("error_type",)),
    ("model_errors_total", "sum", ("error_class",)),
    ("model_tokens_used", "sum", ("token_type",)),
]


@pytest.mark.parametrize(("name", "aggregation", "group_by"), _CASES)
def test_reading_only_these_measures_gives_the_same_values(
    name: str, aggregation: str, group_by: tuple[str, ...]
) -> None:
    stated = {"name": "r", "metric": name, "aggregation": aggregation, "group_by": group_by}
    stated |= {"comparison": ">", "threshold": 1, "window_s": 180}
    only = measures_of([parse_rule(msgspec.json.encode(stated))])
    whole = _whole()
    part = Data(
        [_read(each, only.requests) for each in whole.requests],
        [_read(each, only.metrics) for each in whole.metrics],
    )

    for found, expected in zip(_measured(part, stated), _measured(whole, stated), strict=True):
        np.testing.assert_array_equal(found, expected)


def test_a_rule_on_sums_reads_neither_sketches_nor_bounds() -> None:
    stated = {"name": "r", "metric": "model_response_time", "comparison": ">", "threshold": 1}

    only = measures_of([parse_rule(msgspec.json.encode(stated))])

    assert only.requests == {"n", "n_ok", "latency_sum"}
    assert only.metrics == {"n"}


def test_the_latest_value_is_never_read_without_its_time() -> None:
    assert columns_for(REQUEST_MEASURES, {"latency_last"}) >= {"latency_last", "latency_last_at"}
    assert columns_for(METRIC_MEASURES, None) is None
