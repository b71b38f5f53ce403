"""The trend of a model's whole days: exact sums, and silence where too little is known."""

from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pytest

from shared.domain.price.money import usd_text
from shared.domain.spend.cost_trend import CostTrend, DayCost, TrendDays, cost_trend
from shared.domain.spend.money import usd_estimate, usd_mean
from shared.domain.trend import Direction
from tests.domain.daily_factories import MONDAY, QUIET_WEEKEND, busy_week

DESCRIBED: dict[str, str | int | None] = {
    "start": "s",
    "end": "e",
    "time_range_seconds": 1,
    "data_through": None,
}


def day(at: int) -> date:
    return MONDAY + timedelta(days=at)


def found(
    costs: dict[int, DayCost],
    *,
    days: int = 30,
    since: date | None = None,
    missing: set[int] | None = None,
) -> CostTrend:
    known = {day(at): cost for at, cost in costs.items()}
    gone = {day(at) for at in missing or ()}
    asked = TrendDays(day(0), day(days), known, since, gone)
    return cost_trend("gpt-5-mini", asked, unpriced_requests=2, described=DESCRIBED)


def tokens(*usd: object) -> dict[int, DayCost]:
    return {at: DayCost(Decimal(str(each))) for at, each in enumerate(usd)}


def test_every_day_adds_up_to_the_last_digit() -> None:
    costs = {at: DayCost(Decimal("0.000001") * (at + 1), Decimal("0.1")) for at in range(30)}
    seen = found(costs)

    assert seen.total_cost == "3.000465"
    assert seen.avg_daily_cost == "0.1000155"
    assert sum(Decimal(each.total_cost or "") for each in seen.daily_breakdown) == Decimal(
        "3.000465"
    )
    first = seen.daily_breakdown[0]
    assert (first.date, first.total_cost, first.token_cost, first.deployment_cost) == (
        day(0),
        "0.100001",
        "0.000001",
        "0.1",
    )


@pytest.mark.parametrize(
    ("slope", "direction"),
    [(2.0, Direction.INCREASING), (-2.0, Direction.DECREASING), (0.0, Direction.STABLE)],
)
def test_a_trend_is_told_apart_from_the_week(slope: float, direction: Direction) -> None:
    usd = 200 + slope * np.arange(30) + QUIET_WEEKEND[np.arange(30) % 7]
    seen = found(tokens(*np.round(usd + busy_week(30) - busy_week(30, noise=0.0), 4)))

    assert seen.trend_direction is direction
    assert not seen.insufficient_data
    assert float(seen.slope_usd_per_day or "") == pytest.approx(slope, abs=0.5)
    low, high = seen.slope_interval or ("", "")
    assert float(low) < slope < float(high)


@pytest.mark.parametrize(("days", "insufficient"), [(20, True), (21, False)])
def test_a_trend_needs_three_weeks(days: int, insufficient: bool) -> None:
    seen = found(tokens(*busy_week(days)), days=days)

    assert seen.insufficient_data is insufficient
    assert (seen.trend_direction is None) is insufficient
    assert (seen.reason is not None) is insufficient
    assert (seen.p_value is None) is insufficient


def test_a_model_is_counted_from_its_first_day_on_and_then_rests_at_zero() -> None:
    seen = found({5: DayCost(Decimal(4)), 7: DayCost(Decimal(2))})

    assert seen.known_days == 25
    assert seen.daily_breakdown[0].date == day(5)
    assert [each.total_cost for each in seen.daily_breakdown[:4]] == ["4", "0", "2", "0"]
    assert seen.avg_daily_cost == "0.24"
    rested = found({5: DayCost(Decimal(4))}, since=day(-9))
    assert (rested.known_days, rested.total_cost) == (30, "4")


def test_a_missing_day_is_no_day_without_spend() -> None:
    seen = found(tokens(*[3] * 30), missing={4, 40})

    assert seen.missing_days == [day(4)]
    assert seen.daily_breakdown[4].total_cost is None
    assert (seen.known_days, seen.total_cost, seen.avg_daily_cost) == (29, "87", "3")


def test_an_unknown_model_has_no_days() -> None:
    seen = found({})

    assert seen.daily_breakdown == []
    assert (seen.total_cost, seen.avg_daily_cost, seen.insufficient_data) == ("0", None, True)
    assert seen.optimization_opportunities == []


@pytest.mark.parametrize(
    ("shown", "text"),
    [
        (usd_text(Decimal("1E+3")), "1000"),
        (usd_text(Decimal("1E-9")), "0.000000001"),
        (usd_text(Decimal("5.00")), "5"),
        (usd_mean(Decimal(1), 3), "0.3333333333"),
        (usd_mean(Decimal(30), 3), "10"),
        (usd_mean(Decimal(0), 3), "0"),
        (usd_estimate(0.0000123456789), "0.0000123457"),
        (usd_estimate(1234.5678), "1234.57"),
        (usd_estimate(12345678.123), "12345678.12"),
        (usd_estimate(0.0), "0"),
        (usd_estimate(-100000.0), "-100000"),
    ],
)
def test_money_is_shown_without_exponents(shown: str, text: str) -> None:
    assert shown == text
