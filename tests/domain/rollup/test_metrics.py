"""The rollup of metrics holds exact sums, extremes and last values."""

import math
from collections import defaultdict
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.record.metric_record import MetricRecord
from shared.domain.rollup.exact_sum import total
from shared.domain.rollup.rollup import Rollup
from shared.domain.timeline import MINUTE_US, micros
from tests.domain.factories import MINUTE, T0, metric, metric_rollup, metrics

type Key = tuple[int, tuple[tuple[str, str], ...]]


def totals(rolled: Rollup, measure: str) -> list[float]:
    entries = rolled.entries(measure)
    rows = [entries.rows == row for row in range(len(rolled))]
    return [total(entries.keys[row], entries.sums[row]) for row in rows]


def exact(values: list[float]) -> float:
    try:
        return float(sum(map(Fraction, values)))
    except OverflowError:
        return math.copysign(math.inf, values[0])


def plain(records: list[MetricRecord]) -> dict[Key, list[tuple[int, float]]]:
    found: dict[Key, list[tuple[int, float]]] = defaultdict(list)
    for record in records:
        at = micros(record.timestamp)
        own = {"__name__": record.name, "__kind__": record.kind.value, "__unit__": record.unit}
        labels = tuple(sorted((own | (record.attributes or {})).items()))
        for value in record.values or [record.value or 0.0]:
            found[at // MINUTE_US, labels].append((at, value))
    return dict(found)


@given(st.lists(metrics(), min_size=1, max_size=10))
def test_a_rollup_holds_what_a_plain_loop_finds(records: list[MetricRecord]) -> None:
    rolled = metric_rollup(*records)
    expected = plain(records)
    keys = [
        (slot, rolled.labels[at])
        for slot, at in zip(rolled.slots.tolist(), rolled.series.tolist(), strict=True)
    ]
    assert keys == sorted(expected)
    values = [[value for _, value in expected[key]] for key in keys]
    assert rolled.ints("n").tolist() == [len(each) for each in values]
    assert rolled.floats("value_min").tolist() == [min(each) for each in values]
    assert rolled.floats("value_max").tolist() == [max(each) for each in values]
    assert rolled.floats("value_last").tolist() == [max(expected[key])[1] for key in keys]
    assert totals(rolled, "sum") == [exact(each) for each in values]


@pytest.mark.parametrize(
    ("score", "bin_of_it"),
    [(0.0, 0), (0.009, 0), (0.01, 1), (0.5, 50), (0.999, 99), (1.0, 99), (4.0, 99), (-1.0, 0)],
)
def test_a_score_falls_into_its_bin(score: float, bin_of_it: int) -> None:
    rolled = metric_rollup(metric(name="model_quality_tone", value=score))
    assert rolled.entries("histogram").keys.tolist() == [bin_of_it]
    assert totals(rolled, "squares") == [score * score]


def test_only_scores_have_squares_and_bins() -> None:
    rolled = metric_rollup(metric(), metric(name="model_quality_tone", value=0.5))
    names = [dict(rolled.labels[at])["__name__"] for at in rolled.series]
    assert [names[row] for row in rolled.entries("histogram").rows] == ["model_quality_tone"]
    assert len(metric_rollup(metric()).entries("squares").rows) == 0


def test_the_largest_scores_and_values_stay_finite() -> None:
    rolled = metric_rollup(metric(name="model_quality_tone", value=-1e150), metric(value=1e300))
    assert np.isfinite(totals(rolled, "squares")).all()
    assert np.isfinite(totals(rolled, "sum")).all()


def test_the_last_value_is_that_of_the_latest_time_in_the_minute() -> None:
    records = [
        metric(value=1.0, timestamp=T0 + MINUTE / 2),
        metric(value=9.0, timestamp=T0 + MINUTE / 3),
        metric(value=3.0, timestamp=T0 + MINUTE / 2),
    ]
    assert metric_rollup(*records).floats("value_last").tolist() == [3.0]
