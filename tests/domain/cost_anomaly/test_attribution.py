"""An anomaly is told once, for whoever it is down to, with what its change is made of."""

import numpy as np
import pytest

from shared.domain.cost_anomaly.attribution import (
    DAYS,
    HOURS,
    Cause,
    attribution,
    most_specific,
)
from shared.domain.cost_anomaly.grid import EVERYTHING, Cell, Scope, SpendGrid
from shared.domain.cost_anomaly.judging import Unusual, unusual_day, unusual_hours
from tests.domain.cost_anomaly.spend_factories import (
    CELLS,
    FIRST_DAY,
    daily,
    everywhere,
    hourly,
    scaled,
)

NOON = 29 * 24 + 12
BOT, GPT5_SEARCH, MINI_SEARCH, TRIAGE = CELLS


def told(grid: SpendGrid) -> list[Unusual]:
    return most_specific(unusual_hours(grid, [NOON]), grid, HOURS)


def parts(grid: SpendGrid, each: Unusual) -> dict[tuple[Cause, str], float]:
    return {(part.cause, part.name): part.share for part in attribution(each, grid, HOURS)}


@pytest.mark.parametrize(
    ("factors", "by_price", "scopes"),
    [
        pytest.param({BOT: 5.0}, False, [Scope(application="checkout-bot")], id="an application"),
        pytest.param(
            {GPT5_SEARCH: 5.0, MINI_SEARCH: 5.0},
            False,
            [Scope(application="search")],
            id="an application on two models",
        ),
        pytest.param(
            {BOT: 4.0, GPT5_SEARCH: 8.0}, False, [Scope(model="gpt-5")], id="two on one model"
        ),
        pytest.param({BOT: 3.5, GPT5_SEARCH: 3.5}, True, [Scope(model="gpt-5")], id="a price"),
        pytest.param(
            {BOT: 6.0, TRIAGE: 8.0},
            False,
            [Scope(application="triage"), Scope(application="checkout-bot")],
            id="two applications on two models",
        ),
        pytest.param(
            dict.fromkeys(CELLS, 4.0),
            False,
            [Scope(model="gpt-5"), Scope(model="gpt-5-mini")],
            id="two models",
        ),
    ],
)
def test_what_one_cause_has_moved_is_told_once(
    factors: dict[Cell, float], by_price: bool, scopes: list[Scope]
) -> None:
    found = told(scaled(hourly(), NOON, factors, by_price=by_price))

    assert {each.scope for each in found} == set(scopes)


def test_what_nobody_alone_is_down_to_is_told_of_everything() -> None:
    grid = hourly()
    only = Unusual(EVERYTHING, NOON, 60.0, 10.0, 20.0, 0.0)

    assert most_specific([only], scaled(grid, NOON, everywhere(2.0)), HOURS) == [only]
    assert most_specific([], grid, HOURS) == []


def test_what_many_have_a_little_of_is_told_of_everything() -> None:
    cells = [Cell(f"model-{at}", f"app-{at}") for at in range(5)]
    starts = np.arange(30 * 24) * 60
    usual = np.exp(np.random.default_rng(2).normal(0, 0.05, (5, len(starts))))
    paid = usual.copy()
    usual[:, NOON] = paid[:, NOON] = 4.0
    grid = SpendGrid(cells, starts, usual, paid)

    assert {each.scope for each in told(grid)} == {EVERYTHING}


def test_the_parts_of_a_runaway_application() -> None:
    grid = scaled(hourly(), NOON, {BOT: 5.0})
    (found,) = told(grid)

    shares = parts(grid, found)
    assert shares[Cause.APPLICATION, "checkout-bot"] == pytest.approx(1.0)
    assert shares[Cause.MODEL, "gpt-5"] == pytest.approx(1.0)
    assert not any(cause is Cause.PRICE_CHANGE for cause, _ in shares)


def test_the_parts_of_an_application_on_two_models() -> None:
    grid = scaled(hourly(), NOON, {GPT5_SEARCH: 6.0, MINI_SEARCH: 6.0})
    (found,) = told(grid)

    shares = parts(grid, found)
    assert shares[Cause.MODEL, "gpt-5"] == pytest.approx(2 / 3, abs=0.1)
    assert shares[Cause.MODEL, "gpt-5-mini"] == pytest.approx(1 / 3, abs=0.1)


def test_the_part_of_a_price_is_exact() -> None:
    grid = scaled(hourly(), NOON, {BOT: 3.5, GPT5_SEARCH: 3.5}, by_price=True)
    (found,) = told(grid)
    priced = {
        part.name: part
        for part in attribution(found, grid, HOURS)
        if part.cause is Cause.PRICE_CHANGE
    }

    assert priced.keys() == {"gpt-5"}
    assert priced["gpt-5"].usd == pytest.approx(found.value * 2.5 / 3.5)
    assert priced["gpt-5"].share > 0.9


def test_a_day_that_cost_less_is_down_to_who_rested() -> None:
    grid = scaled(daily(), 57, {BOT: 0.0, GPT5_SEARCH: 0.0})
    found = most_specific(unusual_day(grid, FIRST_DAY, 57), grid, DAYS)

    assert Scope(model="gpt-5") in {each.scope for each in found}
    (one,) = (each for each in found if each.scope == Scope(model="gpt-5"))
    shares = {(part.cause, part.name): part for part in attribution(one, grid, DAYS)}
    assert shares[Cause.MODEL, "gpt-5"].usd < 0
    assert shares[Cause.MODEL, "gpt-5"].share == pytest.approx(1.0)
