"""What is used of budgets at each minute: exact, the same live and replayed, and cheap to ask."""

from datetime import date, datetime

import msgspec
import numpy as np
import pytest

from shared.domain.rule.references import Shares
from shared.domain.timeline import minute_of
from shared.services.budget_shares import StoredBudgets
from shared.services.budgets import BudgetPorts, put_budget
from tests.adapters.watched_tables import WatchedTables
from tests.domain.factories import MINUTE
from tests.services.monitor_factories import HOUR, MODEL
from tests.services.price_factories import entry, put_prices
from tests.services.spend_factories import DOLLAR, MIDNIGHT, OTHER, Shop, costing, shop

NOON = MIDNIGHT + 12 * HOUR


async def budget(made: Shop, amount: str = "1000", name: str = "all", **scope: str) -> None:
    body = msgspec.json.encode({"amount_usd": amount, "scope": scope})
    app = made.monitor.app
    ports = BudgetPorts(app.documents, app.costs, made.monitor.settings.series_tags)
    await put_budget(name, body, now=made.monitor.now, ports=ports)


async def shares(
    made: Shop, first: datetime, count: int = 1, *, step: int = 1, name: str = "all"
) -> Shares:
    minutes = range(minute_of(first), minute_of(first) + count * step, step)
    found = await made.monitor.app.references.budgets.shares(name, minutes)
    assert found is not None
    return found


async def a_month(today: dict[int, float] | None = None) -> Shop:
    """Return a shop that has spent 10 a day for 40 days, and some today by hour."""
    made = await shop()
    await made.days(*[10.0] * 40, hours=(4, 8, 14, 20))
    await made.at(NOON + 10 * HOUR)
    for hour, usd in (today or {}).items():
        await made.monitor.post(costing(usd, MIDNIGHT + hour * HOUR + 10 * MINUTE))
    await made.monitor.roll()
    return made


async def test_the_month_before_today_is_counted_to_the_cent() -> None:
    made = await a_month()
    await budget(made)

    found = await shares(made, MIDNIGHT + HOUR)

    assert found.spent.tolist() == [0.22]
    assert found.forecast[0] == pytest.approx(0.3, abs=1e-3)


async def test_what_arrives_today_counts_from_the_next_five_minutes_on() -> None:
    made = await a_month({3: 50.0})
    await budget(made)

    at = MIDNIGHT + 3 * HOUR
    found = await shares(made, at + 8 * MINUTE, 10)

    assert found.spent.tolist() == [0.22] * 7 + [0.27] * 3


async def test_the_forecast_rises_with_the_day_before_the_money_is_gone() -> None:
    made = await a_month({9: 30.0, 10: 60.0, 11: 90.0, 12: 120.0})
    await budget(made, "400")

    found = await shares(made, MIDNIGHT + 8 * HOUR, 6, step=60)

    assert found.forecast[0] == pytest.approx(0.75, abs=0.02)
    assert (np.diff(found.forecast)[1:] > 0).all()
    gone = int(np.argmax(found.spent >= 1)) or len(found.spent)
    assert int(np.argmax(found.forecast > 1)) < gone


@pytest.mark.parametrize("hours", [1, 24])
async def test_a_replay_sees_what_was_seen_live(hours: int) -> None:
    made = await a_month({9: 30.0, 14: 60.0})
    await budget(made)
    start = MIDNIGHT + (0 if hours == 24 else 13) * HOUR
    live = StoredBudgets(made.monitor.app.documents, made.monitor.app.costs)
    one_by_one = [
        await live.shares("all", range(minute_of(start) + at, minute_of(start) + at + 1))
        for at in range(0, hours * 60, 7)
    ]

    replayed = await shares(made, start, len(one_by_one), step=7)

    np.testing.assert_allclose(replayed.spent, [each.spent[0] for each in one_by_one if each])
    np.testing.assert_allclose(replayed.forecast, [each.forecast[0] for each in one_by_one if each])


async def test_a_month_begins_anew_at_midnight() -> None:
    made = await shop()
    await made.days(*[10.0] * 60)
    await made.at(MIDNIGHT)
    await budget(made, "310")
    first = datetime(2026, 11, 1, tzinfo=MIDNIGHT.tzinfo)

    found = await shares(made, first - 2 * HOUR, 4, step=60)

    assert found.spent.tolist() == [1.0, 1.0, 0.0, 0.0]
    assert np.isnan(found.forecast).tolist() == [False] * 4


async def test_a_scope_counts_its_own() -> None:
    made = await shop()
    await made.days(*[10.0] * 10, application="bot")
    await made.days(*[4.0] * 10, application="search", model=OTHER)
    await made.at(NOON)
    await budget(made, "100", "bot", application="bot")
    await budget(made, "100", "both", model=OTHER, application="search")

    assert (await shares(made, NOON, name="bot")).spent.tolist() == [1.0]
    assert (await shares(made, NOON, name="both")).spent.tolist() == [0.4]


async def test_too_little_history_leaves_the_forecast_open() -> None:
    made = await shop()
    await made.days(*[10.0] * 6)
    await made.at(NOON)
    await budget(made, "100")

    found = await shares(made, NOON)

    assert found.spent.tolist() == [0.6]
    assert np.isnan(found.forecast[0])


async def test_an_unknown_budget_has_no_shares() -> None:
    made = await shop()
    ports = made.monitor.app.references.budgets

    assert await ports.shares("nobody", range(5)) is None
    assert await ports.unavailable("nobody") == "budget nobody does not exist"
    await budget(made)
    assert await ports.unavailable("all") is None


async def test_a_corrected_price_counts_within_the_hour() -> None:
    made = await a_month()
    await budget(made)
    before = await shares(made, NOON)
    await put_prices(made.monitor.app.documents, MODEL, DOLLAR, entry("1800 180 2000", date.min))
    kept = await shares(made, NOON + MINUTE)
    made.monitor.now += HOUR

    after = await shares(made, NOON + 2 * MINUTE)

    assert (before.spent[0], kept.spent[0]) == (0.22, 0.22)
    assert after.spent[0] == pytest.approx(0.44)


async def test_a_tick_reads_no_month() -> None:
    made = await a_month({3: 50.0})
    await budget(made)
    await budget(made, name="bot", application="bot")
    watched = WatchedTables(made.monitor.memory)
    made.monitor.tables = watched
    made.monitor.now = NOON
    made.monitor.restart()
    ticks = []
    for minute in range(12):
        watched.calls.clear()
        for name in ("all", "bot"):
            await shares(made, NOON + minute * MINUTE, name=name)
        ticks.append(len(watched.calls))

    assert ticks[0] > ticks[5] > ticks[1]
    assert [ticks[at] for at in range(12) if at % 5] == [2] * 9
