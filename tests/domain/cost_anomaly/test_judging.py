"""What is far outside its band is found, what is usual or small is not."""

import numpy as np
import pytest

from shared.domain.cost_anomaly.grid import EVERYTHING, Cell, Scope, SpendGrid, spend_grid
from shared.domain.cost_anomaly.judging import (
    DAY_SHARE,
    HOUR_SHARE,
    LEARNED_HOURS,
    unusual_day,
    unusual_hours,
)
from tests.domain.cost_anomaly.spend_factories import (
    CELLS,
    FIRST_DAY,
    daily,
    everywhere,
    hourly,
    scaled,
    silent,
)

NOON = 29 * 24 + 12
LAST = 59
BOT = Cell("gpt-5", "checkout-bot")


def of_hour(grid: SpendGrid, column: int = NOON) -> dict[Scope, float]:
    return {each.scope: each.value for each in unusual_hours(grid, [column])}


def of_day(grid: SpendGrid, column: int = LAST) -> dict[Scope, bool]:
    return {each.scope: each.is_above for each in unusual_day(grid, FIRST_DAY, column)}


@pytest.mark.parametrize("seed", range(3))
def test_usual_hours_and_days_are_no_news(seed: int) -> None:
    hours, days = hourly(seed=seed), daily(seed=seed)

    assert unusual_hours(hours, range(22 * 24, 30 * 24)) == []
    assert [of_day(days, at) for at in range(50, 60)] == [{}] * 10


def test_an_hour_at_four_times_the_usual_is_found_in_every_scope_that_shows_it() -> None:
    grid = scaled(hourly(), NOON, {BOT: 4.0})
    found = of_hour(grid)

    assert found.keys() == {Scope(application="checkout-bot"), Scope(model="gpt-5"), EVERYTHING}
    assert found[Scope(application="checkout-bot")] == grid.paid[0, NOON]
    assert of_hour(grid, NOON - 1) == {}


def test_a_price_that_doubles_is_found_though_traffic_is_as_ever() -> None:
    grid = scaled(hourly(), NOON, dict.fromkeys(CELLS[:2], 3.0), by_price=True)
    found = {each.scope: each for each in unusual_hours(grid, [NOON])}

    assert Scope(model="gpt-5") in found
    one = found[Scope(model="gpt-5")]
    assert one.by_price == pytest.approx(one.value * 2 / 3)


@pytest.mark.parametrize(("since", "judged"), [(LEARNED_HOURS - 1, False), (LEARNED_HOURS, True)])
def test_an_application_is_judged_once_its_first_hours_are_learned(
    since: int, judged: bool
) -> None:
    grid = scaled(hourly(), NOON, {BOT: 8.0})
    grid.usual[0, : NOON - since] = grid.paid[0, : NOON - since] = 0.0
    found = of_hour(grid)

    assert (Scope(application="checkout-bot") in found) is judged
    assert Scope(model="gpt-5") in found


def test_a_small_excess_is_not_worth_telling() -> None:
    tiny = hourly()
    factors = np.array([1.0, 1.0, 0.001, 1.0])[:, None]
    grid = SpendGrid(CELLS, tiny.starts, tiny.usual * factors, tiny.paid * factors)

    assert of_hour(scaled(grid, NOON, {Cell("gpt-5-mini", "search"): 50.0})) == {}
    mean_day = float(grid.usual.sum(axis=0)[:NOON].mean()) * 24
    for each in unusual_hours(scaled(grid, NOON, {BOT: 4.0}), [NOON]):
        assert each.excess >= HOUR_SHARE * mean_day


def test_hours_that_rest_and_hours_nobody_reported_are_no_anomaly() -> None:
    assert of_hour(scaled(hourly(), NOON, everywhere(0.0))) == {}
    assert of_hour(silent(hourly(), NOON)) == {}


@pytest.mark.parametrize(("factor", "above"), [(3.0, True), (0.1, False)])
def test_a_day_far_outside_its_band_is_found_both_ways(factor: float, above: bool) -> None:
    found = of_day(scaled(daily(), LAST, everywhere(factor)))

    assert set(found.values()) == {above}
    assert EVERYTHING in found


def test_a_day_is_judged_from_three_weeks_on() -> None:
    assert EVERYTHING in of_day(scaled(daily(22), 21, everywhere(4.0)), 21)
    assert of_day(scaled(daily(21), 20, everywhere(4.0)), 20) == {}


def test_a_day_that_nobody_reported_is_no_anomaly_and_no_measure() -> None:
    assert of_day(silent(daily(), LAST)) == {}
    assert of_day(silent(daily(), LAST - 1)) == {}
    assert EVERYTHING in of_day(scaled(silent(daily(), 40), LAST, everywhere(3.0)))


def test_a_days_excess_is_worth_telling() -> None:
    grid = scaled(daily(), LAST, {BOT: 2.5})
    mean_day = float(grid.usual.sum(axis=0)[:LAST].mean())

    found = unusual_day(grid, FIRST_DAY, LAST)
    assert found
    assert all(each.excess >= DAY_SHARE * mean_day for each in found)


def test_nothing_is_found_where_nothing_is_spent() -> None:
    grid = spend_grid(np.arange(0, 600, 60), {}, {})

    assert unusual_hours(grid, [9]) == []
    assert unusual_day(grid, FIRST_DAY, 9) == []
    assert unusual_hours(hourly(), []) == []


def test_a_grid_has_every_cell_of_both() -> None:
    bot, search = Cell("m", "bot"), Cell("m", "")
    grid = spend_grid(np.array([0, 60, 120]), {bot: {0: 1.0}}, {search: {60: 2.0}}, [120])

    assert grid.cells == [search, bot]
    np.testing.assert_array_equal(grid.usual, [[0, 0, np.nan], [1, 0, np.nan]])
    np.testing.assert_array_equal(grid.paid, [[0, 2, 0], [0, 0, 0]])
    assert grid.scopes() == [Scope(application="bot"), Scope(model="m"), EVERYTHING]
    assert Scope(model="m").labels == {"model": "m"}
