"""Exact sums equal the arithmetic of fractions, in any order."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shared.domain.rollup.exact_sum import limbs, total
from shared.domain.rollup.rollup import Sparse, summed
from tests.domain.factories import cuts

finite = st.floats(allow_nan=False, allow_infinity=False)
LARGEST = 1.7976931348623157e308


def accumulate(values: list[float]) -> Sparse:
    index, places, parts = limbs(np.array(values, np.float64))
    return summed(np.zeros(len(index), np.int64), places, parts)


def merge(parts: list[Sparse]) -> Sparse:
    columns = [
        np.concatenate(each)
        for each in zip(*((p.rows, p.keys, p.sums) for p in parts), strict=True)
    ]
    return summed(*columns)


def exact(values: list[float]) -> float:
    whole = sum(map(Fraction, values), Fraction())
    try:
        return float(whole)
    except OverflowError:
        return math.inf if whole > 0 else -math.inf


@given(st.lists(finite))
@example([1e308] * 20)
@example([LARGEST, LARGEST, -LARGEST])
@example([-1e308] * 20)
@example([5e-324] * 3)
@example([1e16, 1.0, -1e16])
@example([LARGEST, 5e-324, -LARGEST])
@example([0.1] * 10)
def test_a_sum_is_that_of_fractions_rounded_once(values: list[float]) -> None:
    entries = accumulate(values)
    assert total(entries.keys, entries.sums) == exact(values)


@given(
    st.lists(finite, min_size=1, max_size=12).flatmap(
        lambda values: st.tuples(st.just(values), cuts(len(values)))
    )
)
def test_no_cut_and_no_order_shows_in_the_accumulators(
    drawn: tuple[list[float], list[list[int]]],
) -> None:
    values, groups = drawn
    whole = accumulate(values)
    merged = merge([accumulate([values[at] for at in group]) for group in groups])
    assert merged.keys.tolist() == whole.keys.tolist()
    assert merged.sums.tolist() == whole.sums.tolist()


@given(finite)
def test_limbs_are_worth_their_value(value: float) -> None:
    _, places, parts = limbs(np.array([value]))
    pairs = zip(places.tolist(), parts.tolist(), strict=True)
    assert (
        sum((Fraction(part) * Fraction(2) ** (32 * place) for place, part in pairs), Fraction())
        == value
    )
    assert all(abs(part) < 2**32 for part in parts.tolist())


@pytest.mark.parametrize("value", [0.0, -0.0])
def test_zero_has_no_limbs(value: float) -> None:
    assert len(limbs(np.array([value]))[0]) == 0
    assert total([], []) == 0.0


def test_two_to_the_30_limbs_fit_an_accumulator() -> None:
    assert total([0, 1], [(2**32 - 1) * 2**30, -1]) == float((2**32 - 1) * 2**30 - 2**32)
