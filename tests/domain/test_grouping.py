"""Grouped reductions equal plain loops over the groups."""

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.grouping import Groups, ranked, sums_by_code
from shared.domain.packing import NULL, Ints
from tests.domain.factories import ints

# Ranges below 16 bits, below 32 bits and above are sorted in different ways.
codes = (
    st.integers(-3, 3)
    | st.sampled_from([0, 65_535, 65_536, 10**6])
    | st.sampled_from([-(2**62), 2**62, 0, 5])
)
value = st.just(NULL) | st.integers(-9, 9) | st.integers(-(10**15), 10**15)
rows = st.lists(st.tuples(codes, value, st.integers(0, 3)), max_size=30)


def by_code(drawn: list[tuple[int, int, int]]) -> dict[int, list[tuple[int, int]]]:
    return {
        code: [(v, at) for c, v, at in drawn if c == code]
        for code in sorted({c for c, _, _ in drawn})
    }


@given(rows)
def test_groups_reduce_as_loops_do(drawn: list[tuple[int, int, int]]) -> None:
    groups = Groups(ints(*(code for code, _, _ in drawn)))
    values = ints(*(v for _, v, _ in drawn))
    plain = by_code(drawn)
    known = [[v for v, _ in members if v != NULL] for members in plain.values()]
    assert groups.codes.tolist() == list(plain)
    assert groups.count().tolist() == [len(members) for members in plain.values()]
    assert groups.sum(values).tolist() == [sum(each) for each in known]
    sums = sums_by_code(ints(*(code for code, _, _ in drawn)), np.where(values == NULL, 0, values))
    assert [each.tolist() for each in sums] == [list(plain), [sum(each) for each in known]]
    exact = np.array([Decimal(v) for _, v, _ in drawn], object)
    assert groups.sum_exact(exact).tolist() == [
        sum(v for v, _ in members) for members in plain.values()
    ]
    assert groups.min(values).tolist() == [min(each, default=NULL) for each in known]
    assert groups.max(values).tolist() == [max(each, default=NULL) for each in known]
    assert [list(plain)[at] for at in groups.inverse] == [code for code, _, _ in drawn]


@given(rows)
def test_the_last_value_is_the_greatest_of_the_latest(drawn: list[tuple[int, int, int]]) -> None:
    groups = Groups(ints(*(code for code, _, _ in drawn)))
    values = ints(*(v for _, v, _ in drawn))
    at = ints(*(NULL if v == NULL else at for _, v, at in drawn))
    plain = [
        max(((at, v) for v, at in members if v != NULL), default=(0, NULL))[1]
        for members in by_code(drawn).values()
    ]
    assert groups.last(values, at).tolist() == plain
    real = np.where(values == NULL, np.nan, values.astype(np.float64))
    found = groups.last(real, at)
    assert found[~np.isnan(found)].tolist() == [float(v) for v in plain if v != NULL]


@given(rows)
def test_floats_reduce_past_nan(drawn: list[tuple[int, int, int]]) -> None:
    groups = Groups(ints(*(code for code, _, _ in drawn)))
    values = np.array([np.nan if v == NULL else v for _, v, _ in drawn], np.float64)
    known = [[v for v, _ in members if v != NULL] for members in by_code(drawn).values()]
    low = [min(each, default=np.nan) for each in known]
    high = [max(each, default=np.nan) for each in known]
    np.testing.assert_array_equal(groups.min_float(values), np.array(low, np.float64))
    np.testing.assert_array_equal(groups.max_float(values), np.array(high, np.float64))


def test_the_representative_of_a_group_is_its_first_row() -> None:
    assert Groups(ints(7, 3, 7, 3)).representatives.tolist() == [1, 0]


@pytest.mark.parametrize("span", [10, 10**6, 10**12])
def test_groups_stand_in_order_of_their_code(span: int) -> None:
    given_codes: Ints = np.random.default_rng(1).integers(-span, span, 5_000)
    groups = Groups(given_codes)
    assert groups.codes.tolist() == sorted(set(given_codes.tolist()))
    assert (groups.codes[groups.inverse] == given_codes).all()
    _, first = np.unique(given_codes, return_index=True)
    assert groups.representatives.tolist() == first.tolist()


def test_items_are_ranked_among_the_distinct_ones() -> None:
    assert ranked(["b", "a", "b"])[0] == ["a", "b"]
    assert ranked(["b", "a", "b"])[1].tolist() == [1, 0, 1]
    assert ranked([])[0] == []
