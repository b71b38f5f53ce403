"""A daily series has a place for every day, and its holes are filled from their weekday."""

import math
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.forecast.daily_series import DailySeries, daily_series, filled
from shared.errors import InvalidInput
from tests.domain.daily_factories import MONDAY, QUIET_WEEKEND

TUESDAY = MONDAY + timedelta(days=1)


def test_days_in_any_order_with_gaps_become_consecutive() -> None:
    series = daily_series([(date(2024, 1, 4), 4.0), (MONDAY, 1.0)])
    assert series.first == MONDAY
    np.testing.assert_array_equal(series.values, [1.0, np.nan, np.nan, 4.0])
    assert series.after == date(2024, 1, 5)


def test_unknown_days_before_the_first_known_one_are_left_out_and_later_ones_kept() -> None:
    series = daily_series([(MONDAY, None), (TUESDAY, 2.0), (date(2024, 1, 3), math.nan)])
    assert (series.first, series.after) == (TUESDAY, date(2024, 1, 4))


@pytest.mark.parametrize(
    ("points", "reason"),
    [
        pytest.param([], "at least one day with a value", id="empty"),
        pytest.param([(MONDAY, None)], "at least one day with a value", id="nothing known"),
        pytest.param(
            [(MONDAY, 1.0), (MONDAY, 1.0)], "2024-01-01: expected each day once", id="twice"
        ),
        pytest.param([(MONDAY, math.inf)], "2024-01-01: expected at most 1e", id="infinite"),
        pytest.param(
            [(MONDAY, 1.0), (date(1924, 1, 1), 1.0)], "at most 20000 days", id="a century"
        ),
    ],
)
def test_what_is_no_daily_series_is_refused(
    points: list[tuple[date, float | None]], reason: str
) -> None:
    with pytest.raises(InvalidInput, match=reason):
        daily_series(points)


def test_a_hole_takes_the_value_of_its_weekday() -> None:
    values = np.tile(QUIET_WEEKEND, 5)
    holed = values.copy()
    holed[[12, 13, 34]] = np.nan
    np.testing.assert_array_equal(filled(holed), values)


def test_a_weekday_that_is_never_known_lies_between_its_neighbours() -> None:
    working_days = np.tile([1.0, 1.0, 1.0, 1.0, 4.0, np.nan, np.nan], 4)
    assert filled(working_days)[5:7].tolist() == [3.0, 2.0]


@given(
    st.lists(st.floats(-1e6, 1e6) | st.none(), min_size=1).filter(
        lambda v: any(x is not None for x in v)
    )
)
def test_filling_leaves_no_hole_and_no_known_day_changed(values: list[float | None]) -> None:
    series = DailySeries(MONDAY, np.array([np.nan if v is None else v for v in values]))
    whole = filled(series.values)
    known = ~np.isnan(series.values)
    assert not np.isnan(whole).any()
    np.testing.assert_array_equal(whole[known], series.values[known])
