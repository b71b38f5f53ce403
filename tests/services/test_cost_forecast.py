"""What spend will come to, from sixty days of posted requests."""

from datetime import timedelta
from decimal import Decimal

import numpy as np
import pytest

from shared.domain.spend.forecast_view import CostForecast
from shared.services.cost_forecast import cost_forecast
from tests.domain.factories import MINUTE
from tests.services.monitor_factories import HOUR, MODEL
from tests.services.price_factories import entry, put_prices
from tests.services.spend_factories import DOLLAR, MIDNIGHT, OTHER, TODAY, Shop, costing, shop

RNG = np.random.default_rng(5)
SPENT = [
    round(float(40 - (12 if at % 7 in (5, 6) else 0) + noise), 2)
    for at, noise in enumerate(RNG.normal(0, 2, 60))
]
WEEK_USD = 40 * 5 + 28 * 2


async def ask(made: Shop, days: int = 30, model: str | None = None) -> CostForecast:
    return await cost_forecast(days, model, now=made.monitor.now, ports=made.monitor.app.costs)


def mean(found: CostForecast, first: int = 0, end: int | None = None) -> float:
    return sum(float(each.mean) for each in found.daily[first:end])


async def test_a_steady_week_goes_on_within_its_bands() -> None:
    made = await shop()
    await made.days(*SPENT)
    await made.at(MIDNIGHT)

    found = await ask(made)

    assert [each.date for each in found.daily] == [TODAY + timedelta(days=at) for at in range(30)]
    assert mean(found, 0, 28) == pytest.approx(4 * WEEK_USD, rel=0.03)
    for each in found.daily:
        assert 0 < float(each.low80) < float(each.mean) < float(each.high80)
    assert (found.insufficient_data, found.known_days, found.reason) == (False, 60, None)
    month = found.month_end
    assert (month.month, Decimal(month.spent)) == (
        "2026-11",
        sum(Decimal(str(each)) for each in SPENT[-22:]),
    )
    rest = 8 * WEEK_USD / 7
    assert float(month.expected or "") == pytest.approx(float(month.spent) + rest, rel=0.05)
    assert float(month.low80 or "") < float(month.expected or "") < float(month.high80 or "")


async def test_a_price_in_the_book_counts_from_its_day_on() -> None:
    made = await shop()
    await made.days(*SPENT)
    await made.at(MIDNIGHT)
    before = await ask(made)
    later = TODAY + timedelta(days=14)
    await put_prices(made.monitor.app.documents, MODEL, DOLLAR, entry("1800 180 2000", later))

    found = await ask(made)

    assert found.price_changes == [later]
    assert found.daily[:14] == before.daily[:14]
    assert mean(found, 14) == pytest.approx(2 * mean(before, 14), rel=1e-3)


async def test_a_price_that_fell_in_the_past_is_no_trend() -> None:
    made = await shop()
    fell = TODAY - timedelta(days=20)
    dear = entry("1800 180 2000"), entry("900 90 1000", fell)
    await put_prices(made.monitor.app.documents, MODEL, *dear)
    await made.days(*SPENT)
    await made.at(MIDNIGHT)

    assert mean(await ask(made), 0, 28) == pytest.approx(4 * WEEK_USD, rel=0.03)


async def test_today_counts_as_it_runs() -> None:
    made = await shop()
    await made.days(*SPENT)
    await made.at(MIDNIGHT + 13 * HOUR)
    quiet = await ask(made)
    await made.monitor.post(costing(400, MIDNIGHT + 12 * HOUR))
    await made.at(MIDNIGHT + 13 * HOUR + MINUTE)

    found = await ask(made)

    # Everything is spent by noon on every day.
    assert (quiet.daily[0].mean, found.daily[0].mean) == ("0", "400")
    assert found.daily[1:] == quiet.daily[1:]
    assert Decimal(found.month_end.spent) - Decimal(quiet.month_end.spent) == 400
    assert float(found.month_end.expected or "") - float(quiet.month_end.expected or "") == (
        pytest.approx(400, abs=0.01)
    )


@pytest.mark.parametrize(("usd", "weight"), [(10.0, None), (1.0, 10.0)])
async def test_the_tokens_of_each_meter_are_told_beside_their_cost(
    usd: float, weight: float | None
) -> None:
    made = await shop()
    await made.days(*[usd] * 30, sample_weight=weight)
    await made.at(MIDNIGHT)

    found = await ask(made, 7)

    # A dollar is 1,000 tokens in and 100 out; a request of one stands for ten.
    assert float(found.total.mean if found.total else "") == pytest.approx(70)
    assert [(each.meter, each.mean) for each in found.tokens] == [
        ("input", 70_000),
        ("output", 7_000),
    ]
    assert all(each.low80 <= each.mean <= each.high80 for each in found.tokens)
    assert (await ask(made, 7, "unheard-of")).tokens == []


async def test_each_model_has_its_own() -> None:
    made = await shop()
    await made.days(*[10.0] * 30)
    await made.days(*[3.0] * 30, model=OTHER)
    await made.at(MIDNIGHT)

    assert mean(await ask(made, 7, OTHER)) == pytest.approx(21)
    assert mean(await ask(made, 7, MODEL)) == pytest.approx(70)
    both = await ask(made, 7)
    assert mean(both) == pytest.approx(91)
    assert (both.model_name, len(both.daily)) == (None, 7)
    assert float(both.total.mean if both.total else "0") == pytest.approx(91)


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (0, "0 known days, 7 are needed for a forecast"),
        (6, "6 known days, 7 are needed for a forecast"),
        (20, "20 known days, from 21 on a forecast can be relied on"),
    ],
)
async def test_little_history_is_said(days: int, said: str) -> None:
    made = await shop()
    await made.days(*[5.0] * days)
    await made.at(MIDNIGHT)

    found = await ask(made, 3)

    assert (found.insufficient_data, found.reason) == (True, said)
    assert len(found.daily) == (3 if days >= 7 else 0)
    assert (found.month_end.expected is None) is (days < 7)
    assert Decimal(found.month_end.spent) == 5 * min(days, 22)


async def test_a_silent_day_is_a_hole_and_not_a_day_of_rest() -> None:
    made = await shop()
    for at in range(30):
        if at != 16:
            await made.day(TODAY - timedelta(days=30 - at), 10.0)
        await made.monitor.roll()
    await made.at(MIDNIGHT)

    found = await ask(made, 30)

    assert found.missing_days == [TODAY - timedelta(days=14)]
    assert found.known_days == 29
    assert mean(found) == pytest.approx(300)
