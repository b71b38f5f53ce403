"""What a month comes to, and the day on which its budget is exceeded."""

from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pytest

from shared.domain.budget.budget import Budget
from shared.domain.budget.status import BudgetStatus, MonthSoFar, status_of
from shared.domain.forecast.daily_series import DailySeries
from shared.domain.spend.spend_forecast import DaySoFar, Repriced, spend_forecast

FIRST = date(2026, 11, 1)


def status(
    amount: str,
    *,
    today: int = 11,
    spent_today: str = "5",
    before: str = "10",
    known_days: int = 60,
) -> BudgetStatus:
    """Return the status at noon of a November whose days have cost 10 each, and will."""
    day = FIRST + timedelta(days=today - 1)
    by_day = {FIRST + timedelta(days=at): Decimal(before) for at in range(today - 1)}
    by_day[day] = Decimal(spent_today)
    outlook = None
    if known_days:
        past = DailySeries(day - timedelta(days=known_days), np.full(known_days, 10.0))
        so_far = DaySoFar(float(spent_today), 0.5)
        outlook = spend_forecast([Repriced(day, past)], fixed=np.zeros(31), today=so_far)
    month = MonthSoFar(day, sum(by_day.values(), Decimal(0)), by_day, outlook, "t", 3)
    return status_of(Budget(name="web", amount_usd=Decimal(amount)), month)


def test_a_steady_month_comes_to_its_days() -> None:
    found = status("400")

    assert (found.month, found.spent, found.forecast) == ("2026-11", "105", "300")
    assert found.spent_share == pytest.approx(105 / 400)
    assert found.forecast_share == pytest.approx(0.75)
    assert float(found.low80 or 0) <= 300 <= float(found.high80 or 0)
    assert (found.exceeds_on, found.data_through, found.unpriced_requests) == (None, "t", 3)


@pytest.mark.parametrize(
    ("amount", "exceeds_on"),
    [
        pytest.param("30", 4, id="spent on the third day, exceeded on the fourth"),
        pytest.param("29.99", 3, id="a cent less, a day earlier"),
        pytest.param("105", 11, id="today, by the evening"),
        pytest.param("104.99", 11, id="today, already"),
        pytest.param("109.99", 11, id="today, expected"),
        pytest.param("110.01", 12, id="tomorrow"),
        pytest.param("299.99", 30, id="on the last day"),
        pytest.param("300.01", None, id="not in this month"),
    ],
)
def test_it_is_exceeded_on_the_day_whose_end_finds_more_spent(
    amount: str, exceeds_on: int | None
) -> None:
    expected = None if exceeds_on is None else FIRST.replace(day=exceeds_on)

    assert status(amount).exceeds_on == expected


def test_a_month_whose_future_is_not_known_tells_what_is_spent() -> None:
    found = status("400", known_days=0)

    assert found.spent == "105"
    assert (found.forecast, found.forecast_share, found.low80, found.high80) == (None,) * 4
    assert found.exceeds_on is None
    assert status("30", known_days=0).exceeds_on == FIRST.replace(day=4)


def test_a_month_begins_anew() -> None:
    found = status("400", today=1)

    assert (found.spent, found.forecast) == ("5", "300")


def test_a_day_at_a_mad_pace_is_told_on_that_day() -> None:
    assert status("400", today=20, spent_today="150").exceeds_on == FIRST.replace(day=20)
