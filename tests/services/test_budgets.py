"""Budgets: put with their rules, shown as they stand, told of once a day, and taken back."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from shared.domain.budget.view import BudgetView
from shared.domain.event import Event
from shared.domain.rule.budget_rule import BudgetRule
from shared.errors import NotFound
from shared.services.budget_events import tell_budgets
from shared.services.budgets import (
    BudgetPorts,
    delete_budget,
    get_budget,
    list_budgets,
    put_budget,
)
from shared.services.cost_forecast import cost_forecast
from shared.services.daily_word import TellingPorts
from shared.services.rule_set import own_rules, put_rules
from shared.services.rules import delete_rule, get_rule, load_rules, put_rule
from tests.services.monitor_factories import DAY, HOUR
from tests.services.spend_factories import MIDNIGHT, OTHER, TODAY, Shop, costing, shop

NOON = MIDNIGHT + 12 * HOUR


def ports(made: Shop) -> BudgetPorts:
    app = made.monitor.app
    return BudgetPorts(app.documents, app.costs, made.monitor.settings.series_tags)


async def put(made: Shop, name: str = "web", **fields: Any) -> tuple[BudgetView, bool]:
    body = msgspec.json.encode({"amount_usd": "400"} | fields)
    return await put_budget(name, body, now=made.monitor.now, ports=ports(made))


async def get(made: Shop, name: str = "web") -> BudgetView:
    return await get_budget(name, now=made.monitor.now, ports=ports(made))


async def tell(made: Shop, *, connected: bool = True) -> int:
    app = made.monitor.app
    return await tell_budgets(
        now=made.monitor.now,
        ports=ports(made),
        telling=TellingPorts(app.cursors, app.alerts, connected, "test"),
    )


async def told(made: Shop) -> list[Event]:
    return await made.monitor.app.alerts.pending_events(100)


@pytest.fixture
async def made() -> Shop:
    """A shop that has spent 10 a day for 30 days, and 5 today."""
    opened = await shop(series_tags=("team",))
    await opened.days(*[8.0] * 30, application="bot", tags={"team": "web"})
    opened.monitor.now = NOON
    await opened.monitor.post(
        costing(4, NOON - HOUR, application="bot", tags={"team": "web"}),
        costing(1, NOON - HOUR, application="search", model=OTHER),
    )
    await opened.monitor.roll()
    return opened


async def test_a_budget_is_put_and_shown_as_it_stands(made: Shop) -> None:
    shown, created = await put(made)

    assert created
    assert await get(made) == shown
    assert (await put(made))[1] is False
    status = shown.status
    # 22 days of 8 and 5 today; at noon of such days nothing is spent yet.
    assert (shown.amount_usd, status.month, status.spent) == ("400", "2026-11", "181")
    assert status.spent_share == pytest.approx(181 / 400)
    assert float(status.forecast or "") == pytest.approx(181 + 8 + 7 * 8, abs=6)
    assert status.exceeds_on is None


@pytest.mark.parametrize(
    ("scope", "spent"),
    [
        ({"application": "search"}, "1"),
        ({"model": OTHER}, "1"),
        ({"team": "web"}, "180"),
        ({"application": "bot", "model": OTHER}, "0"),
    ],
)
async def test_a_scope_counts_its_own(made: Shop, scope: dict[str, str], spent: str) -> None:
    shown, _ = await put(made, scope=scope)

    assert shown.status.spent == spent


async def test_status_and_forecast_say_the_same(made: Shop) -> None:
    shown, _ = await put(made)
    found = await cost_forecast(30, None, now=made.monitor.now, ports=made.monitor.app.costs)

    assert shown.status.spent == found.month_end.spent
    assert shown.status.forecast == found.month_end.expected
    assert (shown.status.low80, shown.status.high80) == (
        found.month_end.low80,
        found.month_end.high80,
    )


async def test_a_budget_that_will_be_exceeded_says_when(made: Shop) -> None:
    shown, _ = await put(made, amount_usd="200")

    assert shown.status.exceeds_on is not None
    assert TODAY < shown.status.exceeds_on <= TODAY + timedelta(days=4)
    assert Decimal(shown.status.forecast or "0") > 200


async def test_its_rules_come_along_and_can_be_changed(made: Shop) -> None:
    documents = made.monitor.app.documents
    shown, _ = await put(made, thresholds=[0.8, 0.95])
    rules = await load_rules(documents)

    names = ["budget-web-80", "budget-web-95", "budget-web-forecast"]
    assert shown.rules == names
    assert set(names) <= rules.keys()
    rule = rules["budget-web-80"]
    assert isinstance(rule, BudgetRule)
    await put_rule(msgspec.structs.replace(rule, enabled=False), documents=documents)
    await delete_rule("budget-web-95", documents=documents)
    assert (await get_rule("budget-web-80", documents=documents)).enabled is False
    with pytest.raises(NotFound):
        await get_rule("budget-web-95", documents=documents)
    assert [each.name for each in await own_rules(documents=documents)] == ["budget-web-80"]


async def test_a_set_of_rules_leaves_those_of_budgets_alone(made: Shop) -> None:
    documents = made.monitor.app.documents
    await put(made)

    diff = await put_rules([], dry_run=False, documents=documents)

    assert diff.deleted == []
    assert "budget-web-forecast" in await load_rules(documents)


async def test_a_budget_takes_its_rules_along_when_it_goes(made: Shop) -> None:
    documents = made.monitor.app.documents
    await put(made)
    await put_rule(BudgetRule(name="budget-web-80", budget="web", share=0.7), documents=documents)
    await delete_rule("budget-web-95", documents=documents)

    await delete_budget("web", documents=documents)

    assert not any(name.startswith("budget-") for name in await load_rules(documents))
    assert await documents.list("rules") == []
    with pytest.raises(NotFound):
        await delete_budget("web", documents=documents)
    with pytest.raises(NotFound):
        await get(made)


async def test_budgets_are_listed_by_name_page_by_page(made: Shop) -> None:
    for name in ("c", "a", "b"):
        await put(made, name)

    first = await list_budgets(limit=2, after=None, now=made.monitor.now, ports=ports(made))
    rest = await list_budgets(limit=2, after=first.next, now=made.monitor.now, ports=ports(made))

    assert [each.name for each in first.budgets] == ["a", "b"]
    assert ([each.name for each in rest.budgets], rest.next) == (["c"], None)


async def test_each_budget_is_told_of_once_a_day(made: Shop) -> None:
    await put(made, amount_usd="200")
    await put(made, "small", scope={"application": "search"}, amount_usd="50")

    assert (await tell(made), await tell(made)) == (2, 0)
    events = {event.properties["name"]: event for event in await told(made)}
    web = events["web"]
    assert web.name == "budget.status"
    assert (web.measurements["spent"], web.measurements["amount"]) == (181.0, 200.0)
    assert web.measurements["forecast"] > 200
    assert web.properties["period"] == "month"
    assert web.properties["exceeds_on"].startswith("2026-11-")
    assert "forecast" not in events["small"].measurements

    made.monitor.now += DAY
    assert await tell(made) == 2
    assert len({event.event_id for event in await told(made)}) == 4


async def test_a_second_run_at_the_same_time_tells_the_same_events(made: Shop) -> None:
    await put(made)
    await tell(made)
    first = await told(made)
    await made.monitor.app.alerts.forget_events(first)
    cursor = await made.monitor.app.cursors.read("budgets_told")
    assert cursor is not None
    # As a run that read the cursor before the other one moved it.
    await made.monitor.app.cursors.write("budgets_told", type(cursor)(0, {}, cursor.etag))

    await tell(made)

    assert [each.event_id for each in await told(made)] == [each.event_id for each in first]


async def test_where_events_lead_nowhere_nothing_is_told(made: Shop) -> None:
    await put(made)

    assert await tell(made, connected=False) == 0
    assert await told(made) == []
