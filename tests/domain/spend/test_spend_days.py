"""Silence is zero, unless the weekday is usually busy: then the day's data is missing."""

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.spend.spend_days import days_between, missing_days, spend_series

MONDAY = date(2026, 11, 2)


def day(at: int) -> date:
    return MONDAY + timedelta(days=at)


def heard(days: int, without: set[int] = frozenset()) -> set[date]:  # type: ignore[assignment]
    return {day(at) for at in range(days) if at not in without}


@pytest.mark.parametrize(
    ("days", "without", "missing"),
    [
        pytest.param(28, set(), set(), id="every day heard"),
        pytest.param(28, {9}, {9}, id="a silent day between busy ones of its weekday"),
        pytest.param(28, {9, 10, 11}, {9, 10, 11}, id="a silent stretch"),
        pytest.param(28, {5, 6, 12, 13, 19, 20, 26, 27}, set(), id="weekends rest"),
        pytest.param(15, {14}, {14}, id="the last day, two busy ones before it"),
        pytest.param(8, {7}, set(), id="the last day, one busy one before it"),
        pytest.param(10, {3}, set(), id="one other day of its weekday"),
        pytest.param(28, {2, 9, 16}, set(), id="one busy Wednesday of four"),
        pytest.param(28, {2, 16}, {16}, id="most of the Wednesdays around it are busy"),
    ],
)
def test_a_day_is_missing_where_its_weekday_is_usually_busy(
    days: int, without: set[int], missing: set[int]
) -> None:
    found = missing_days(heard(days, without), day(days))

    assert found == {day(at) for at in missing}


def test_what_came_before_anything_was_heard_is_not_missing() -> None:
    assert missing_days({day(at) for at in range(10, 30)}, day(30)) == frozenset()
    assert missing_days(set(), day(30)) == frozenset()


@given(st.sets(st.integers(0, 60)))
def test_no_day_that_was_heard_is_missing(silent: set[int]) -> None:
    present = heard(61, silent)

    assert missing_days(present, day(61)).isdisjoint(present)


def test_days_without_traffic_are_zero_from_the_first_known_one_on() -> None:
    found = spend_series({day(2): 5.0, day(4): 7.0}, day(6), missing=[day(3)])

    assert found is not None
    assert found.first == day(2)
    np.testing.assert_array_equal(found.values, [5.0, np.nan, 7.0, 0.0])
    assert found.after == day(6)


def test_what_was_used_before_counts_as_zero_from_then_on() -> None:
    found = spend_series({day(2): 5.0}, day(4), missing=[], since=day(0))

    assert found is not None
    np.testing.assert_array_equal(found.values, [0.0, 0.0, 5.0, 0.0])
    silent = spend_series({}, day(2), missing=[], since=day(0))
    assert silent is not None
    np.testing.assert_array_equal(silent.values, [0.0, 0.0])


def test_without_a_known_day_there_is_no_series() -> None:
    assert spend_series({}, day(3), missing=[]) is None
    assert spend_series({day(3): 1.0}, day(3), missing=[]) is None
    assert spend_series({day(0): 1.0}, day(1), missing=[day(0)]) is None


def test_days_between_leave_the_end_out() -> None:
    assert days_between(day(0), day(2)) == [day(0), day(1)]
    assert days_between(day(1), day(1)) == []
