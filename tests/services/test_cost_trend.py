"""A model's trend over whole days, from posted requests."""

from datetime import timedelta
from decimal import Decimal

import numpy as np
import pytest

from shared.domain.spend.cost_trend import CostTrend
from shared.domain.trend import Direction
from shared.services.cost_trend import model_cost_trend
from tests.domain.factories import MINUTE
from tests.services.monitor_factories import DAY, HOUR, MODEL
from tests.services.price_factories import entry, put_prices
from tests.services.spend_factories import DOLLAR, MIDNIGHT, OTHER, TODAY, Shop, costing, shop


async def ask(made: Shop, days: int = 30, model: str = MODEL) -> CostTrend:
    now = made.monitor.now
    return await model_cost_trend(model, days, now=now, ports=made.monitor.app.costs)


def wobbling(days: int, slope: float) -> list[float]:
    """Return US dollars by day: a slope, a quiet weekend, and noise that has no trend."""
    return [
        round(40 + slope * at - (12 if at % 7 in (5, 6) else 0) + noise, 2)
        for at, noise in enumerate(np.random.default_rng(3).normal(0, 1, days).tolist())
    ]


async def test_sixty_days_of_growth_are_a_trend_of_the_last_thirty() -> None:
    made, usd = await shop(), wobbling(60, 0.5)
    await made.days(*usd)

    found = await ask(made)

    assert found.trend_direction is Direction.INCREASING
    assert float(found.slope_usd_per_day or "") == pytest.approx(0.5, abs=0.2)
    assert (found.known_days, found.insufficient_data, found.missing_days) == (30, False, [])
    assert Decimal(found.total_cost) == sum(Decimal(str(each)) for each in usd[30:])
    assert [each.date for each in found.daily_breakdown] == [
        TODAY - timedelta(days=30 - at) for at in range(30)
    ]
    assert found.daily_breakdown[-1].total_cost == str(usd[-1])
    assert (found.start, found.end) == ("2026-10-24T00:00:00Z", "2026-11-23T00:00:00Z")


async def test_today_is_left_out_however_much_it_costs() -> None:
    made = await shop()
    await made.days(*wobbling(30, 0.0))
    before = await ask(made)
    await made.at(MIDNIGHT + 6 * HOUR)
    await made.monitor.post(costing(1000, MIDNIGHT + 5 * HOUR))

    now = await ask(made)

    assert before.trend_direction is Direction.STABLE
    assert (now.total_cost, now.end) == (before.total_cost, before.end)


async def test_a_price_that_changes_counts_from_midnight_on() -> None:
    made = await shop()
    await made.days(*[1.0] * 3)
    change = TODAY - timedelta(days=1)
    await put_prices(made.monitor.app.documents, MODEL, DOLLAR, entry("1800 180 2000", change))

    found = await ask(made, 3)

    assert [each.total_cost for each in found.daily_breakdown] == ["1", "1", "2"]
    assert (found.total_cost, found.avg_daily_cost) == ("4", "1.3333333333")
    assert (found.insufficient_data, found.trend_direction) == (True, None)


async def test_a_day_without_traffic_is_zero_and_one_without_anybody_is_missing() -> None:
    made, quiet, away = await shop(), 12, 20
    for at in range(30):
        day = TODAY - timedelta(days=30 - at)
        if at not in (quiet, away):
            await made.day(day, 5.0)
        if at != away:
            await made.day(day, 1.0, model=OTHER)
        await made.monitor.roll()

    found = await ask(made)

    assert [each.total_cost for each in found.daily_breakdown[11:14]] == ["5", "0", "5"]
    assert found.daily_breakdown[away].total_cost is None
    assert found.missing_days == [TODAY - timedelta(days=30 - away)]
    assert (found.known_days, found.total_cost) == (29, "140")


async def test_a_model_counts_from_its_first_day_on_unless_it_was_used_before() -> None:
    made = await shop()
    await made.day(TODAY - timedelta(days=20), 4.0)
    await made.monitor.roll()
    await made.at(MIDNIGHT + MINUTE)

    assert (await ask(made, 25)).known_days == 20
    resting = await ask(made, 10)
    assert (resting.known_days, resting.total_cost) == (10, "0")
    unheard = await ask(made, 10, "gpt-7")
    assert (unheard.known_days, unheard.total_cost, unheard.avg_daily_cost) == (0, "0", None)


async def test_what_has_no_price_is_counted_and_costs_nothing() -> None:
    made = await shop()
    await made.days(*[1.0] * 2, model="gpt-unheard-of")

    found = await ask(made, 2, "gpt-unheard-of")

    assert (found.unpriced_requests, found.total_cost) == (2, "0")
    assert (await ask(made, 2)).unpriced_requests == 0


async def test_what_arrives_late_counts_on_the_day_it_ended() -> None:
    made = await shop()
    await made.days(*[1.0] * 5)
    await made.monitor.post(costing(2.5, MIDNIGHT - 3 * DAY - HOUR))

    assert [each.total_cost for each in (await ask(made, 5)).daily_breakdown] == [
        "1",
        "3.5",
        "1",
        "1",
        "1",
    ]
