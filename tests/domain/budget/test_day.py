"""A month at any time of a day: it only grows, and expects no less than is spent."""

from math import isnan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.budget.day import BudgetDay
from shared.domain.forecast.daily_series import DailySeries
from shared.domain.spend.day_profile import HourlyDay, day_profile
from shared.domain.spend.spend_forecast import Repriced, spend_forecast
from tests.domain.daily_factories import MONDAY, busy_week

DAYS = 42
TODAY = DailySeries(MONDAY, np.zeros(DAYS)).after
HISTORY = DailySeries(MONDAY, busy_week(DAYS))
PROFILE = day_profile([HourlyDay(MONDAY, np.arange(24.0))], TODAY.weekday())


def day(*, known: bool = True, before: float = 500.0, fixed: float = 24.0) -> BudgetDay:
    ahead = spend_forecast([Repriced(TODAY, HISTORY)], fixed=np.full(31, fixed))
    return BudgetDay(TODAY, before, fixed, PROFILE, ahead if known else None)


def test_a_day_begins_with_the_days_before_it() -> None:
    spent, expected = day().seen_at(0, 0.0)
    rest = spend_forecast([Repriced(TODAY, HISTORY)], fixed=np.full(31, 24.0))

    assert spent == 500.0
    # 12 February: 18 days are left, in a leap year.
    assert (TODAY.month, TODAY.day) == (2, 12)
    assert expected == pytest.approx(500.0 + rest.total(18).mean)


def test_capacity_is_spent_evenly_over_the_day() -> None:
    assert [day().seen_at(at, 0.0)[0] for at in (0, 720, 1440)] == [500.0, 512.0, 524.0]


def test_too_little_history_leaves_the_future_open() -> None:
    spent, expected = day(known=False).seen_at(60, 3.0)

    assert spent == 504.0
    assert isnan(expected)


@given(st.lists(st.tuples(st.integers(0, 1440), st.floats(0, 1e5)), min_size=2, max_size=2))
def test_it_only_grows_and_expects_no_less_than_is_spent(steps: list[tuple[int, float]]) -> None:
    (first, early), (second, late) = sorted(steps)
    late = max(early, late)
    before, after = day().seen_at(first, early), day().seen_at(second, late)

    assert after[0] >= before[0]
    assert all(expected >= spent - 1e-6 for spent, expected in (before, after))


@given(st.integers(0, 1440), st.floats(0, 1e4), st.floats(0, 1e4))
def test_more_spent_by_the_same_time_is_more_expected(
    minute: int, one: float, other: float
) -> None:
    low, high = sorted((one, other))

    assert day().seen_at(minute, high)[1] >= day().seen_at(minute, low)[1] - 1e-6
