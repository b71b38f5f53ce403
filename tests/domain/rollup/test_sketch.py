"""Quantiles from sketches lie within their bound, and sketches merge exactly."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shared.domain.rollup.requests import sketch_of
from shared.domain.rollup.rollup import Sparse, summed
from shared.domain.rollup.sketch import RELATIVE_ERROR, keys_of, middle, quantile

SHARES = [0.05, 0.5, 0.9, 0.95, 0.99, 1.0]
positive = st.floats(1e-300, 1e300)
anything = st.just(0.0) | positive | positive.map(lambda value: -value)


def sketch(values: list[float]) -> tuple[np.ndarray, np.ndarray]:
    entries = sketch_of(np.zeros(len(values), np.int64), np.array(values, np.float64))
    return entries.keys, entries.sums


def nearest_rank(values: list[float], share: float) -> float:
    rank = max(1, math.ceil(Fraction(str(share)) * len(values)))
    return sorted(values)[rank - 1]


@given(st.lists(anything, min_size=1, max_size=200))
@example([2.0 ** (n / 64) for n in range(-64, 65)])
@example([float(n) for n in range(1, 101)])
@example([math.nextafter(2.0**n, 0) for n in range(-20, 20)])
def test_a_quantile_is_within_its_bound_of_the_nearest_rank(values: list[float]) -> None:
    keys, counts = sketch(values)
    for share in SHARES:
        exact = nearest_rank(values, share)
        assert abs(quantile(keys, counts, share) - exact) <= RELATIVE_ERROR * abs(exact)


@given(st.lists(st.integers(0, 2**53), min_size=1, max_size=60))
def test_counts_of_tokens_are_within_the_bound_too(values: list[int]) -> None:
    keys, counts = sketch([float(value) for value in values])
    exact = nearest_rank([float(value) for value in values], 0.95)
    assert abs(quantile(keys, counts, 0.95) - exact) <= RELATIVE_ERROR * exact


def test_p95_of_1_to_20_is_19_not_20() -> None:
    keys, counts = sketch([float(n) for n in range(1, 21)])
    assert quantile(keys, counts, 0.95) == pytest.approx(19, rel=RELATIVE_ERROR)


@given(st.lists(st.lists(anything), min_size=1, max_size=4))
def test_merged_sketches_are_the_sketch_of_all_values(parts: list[list[float]]) -> None:
    sketches = [sketch(part) for part in parts]
    keys = np.concatenate([each[0] for each in sketches])
    counts = np.concatenate([each[1] for each in sketches])
    merged = summed(np.zeros(len(keys), np.int64), keys, counts)
    whole = sketch([value for part in parts for value in part])
    assert merged.keys.tolist() == whole[0].tolist()
    assert merged.sums.tolist() == whole[1].tolist()


@given(anything, anything)
def test_keys_are_ordered_as_their_values(low: float, high: float) -> None:
    low, high = sorted([low, high])
    keys = keys_of(np.array([low, high]))
    assert keys[0] <= keys[1]
    assert middle(keys)[0] <= middle(keys)[1]


@pytest.mark.parametrize("value", [5e-324, 2.2e-308, 1.7e308, -5e-324, 0.0, -0.0])
def test_the_ends_of_the_range_have_keys_of_their_own_sign(value: float) -> None:
    key = keys_of(np.array([value]))
    assert np.sign(key[0]) == np.sign(value)
    assert np.isfinite(middle(key)[0])


def test_zero_stands_for_itself() -> None:
    assert quantile(*sketch([0.0, -0.0, 0.0]), 0.5) == 0.0


def test_no_values_have_no_quantile() -> None:
    none = Sparse(*(np.empty(0, np.int64),) * 3)
    assert math.isnan(quantile(none.keys, none.sums, 0.5))
