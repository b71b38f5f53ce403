"""The HTTP functions and timers about spend, over an app in memory that goes by the time."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from shared.bootstrap import App
from shared.errors import InvalidInput, NotFound
from shared.services.ingest import ingest_requests
from shared.triggers.budgets import (
    delete_one_budget,
    get_budgets,
    get_one_budget,
    put_one_budget,
)
from shared.triggers.cost_anomalies import get_cost_anomalies, watch_spend
from shared.triggers.cost_forecast import get_cost_forecast
from shared.triggers.cost_plan import get_model_cost_plan
from shared.triggers.cost_trend import get_model_cost_trend
from shared.triggers.plan_costs import plan_costs
from shared.triggers.rollup import rollup
from tests.services.price_factories import put_prices
from tests.services.spend_factories import DOLLAR
from tests.triggers.alert_app import as_json, call
from tests.triggers.memory_app import memory_app

MODEL = "org/gpt-5"
DAYS = 25


@pytest.fixture
def parts() -> Iterator[App]:
    with memory_app() as made:
        yield made


async def traffic(parts: App) -> None:
    """Post a dollar at noon of each of the last 25 days, and one just now."""
    await put_prices(parts.documents, MODEL, DOLLAR)
    midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    ends = [midnight - timedelta(days=at, hours=-12) for at in range(1, DAYS + 1)]
    records = [
        {
            "model": MODEL,
            "start_time": (end - timedelta(seconds=1)).isoformat(),
            "duration_ms": 1000.0,
            "input_tokens": 1000,
            "output_tokens": 100,
            "application": "bot",
        }
        for end in (*ends, datetime.now(UTC))
    ]
    body = msgspec.json.encode({"requests": records})
    await ingest_requests(body, strict=True, ports=parts.ingest)
    await rollup(None)  # type: ignore[arg-type]


async def test_the_trend_has_every_field_of_the_contract(parts: App) -> None:
    await traffic(parts)

    found = as_json((await get_model_cost_trend(call(model="-", query={"model": MODEL}))).body)

    assert (found["model_name"], found["period_days"]) == (MODEL, 30)
    assert (found["total_cost"], found["avg_daily_cost"]) == ("25", "1")
    assert (found["trend_direction"], found["insufficient_data"]) == ("stable", False)
    assert found.keys() >= {"slope_usd_per_day", "p_value", "method", "optimization_opportunities"}
    assert len(found["daily_breakdown"]) == DAYS
    plan = as_json((await get_model_cost_plan(call(model="-", query={"model": MODEL}))).body)
    assert (plan["current_monthly_cost_estimate"], plan["days"]) == ("30", DAYS)
    assert found["daily_breakdown"][0].keys() == {
        "date",
        "total_cost",
        "token_cost",
        "deployment_cost",
    }


async def test_the_forecast_has_every_field_of_the_contract(parts: App) -> None:
    await traffic(parts)

    found = as_json((await get_cost_forecast(call(query={"horizon_days": "7"}))).body)

    assert len(found["daily"]) == 7
    assert found["daily"][0]["date"] == datetime.now(UTC).date().isoformat()
    assert found["daily"][3]["mean"] == "1"
    assert found["daily"][0].keys() == {"date", "mean", "low80", "high80"}
    assert found["month_end"].keys() == {"month", "spent", "expected", "low80", "high80"}
    assert found["method"]
    one = as_json((await get_cost_forecast(call(query={"model": "unheard"}))).body)
    assert (one["daily"], one["month_end"]["expected"]) == ([], None)


@pytest.mark.parametrize(
    ("handler", "query"),
    [
        (get_model_cost_trend, {"days": "0"}),
        (get_model_cost_trend, {"days": "401"}),
        (get_cost_forecast, {"horizon_days": "367"}),
        (get_cost_forecast, {"horizon_days": "x"}),
        (get_cost_anomalies, {"range": "x"}),
        (get_cost_anomalies, {"limit": "0"}),
    ],
)
async def test_a_wrong_parameter_is_named(parts: App, handler: Any, query: dict[str, str]) -> None:
    with pytest.raises(InvalidInput) as caught:
        await handler(call(model=MODEL, query=query))
    assert [fault.path for fault in caught.value.faults] == list(query)


async def test_a_budget_has_every_field_of_the_contract(parts: App) -> None:
    await traffic(parts)
    body = {"amount_usd": "100", "scope": {"application": "bot"}, "thresholds": [0.8]}

    put = await put_one_budget(call(body, name="bot"))
    got = as_json((await get_one_budget(call(name="bot"))).body)

    assert put.status == 201
    assert got.items() >= (body | {"name": "bot", "period": "month"}).items()
    assert got["status"].keys() >= {"spent", "forecast", "exceeds_on"}
    assert (await put_one_budget(call(got, name="bot"))).status == 200
    listed = as_json((await get_budgets(call())).body)
    assert [each["name"] for each in listed["budgets"]] == ["bot"]
    assert (await delete_one_budget(call(name="bot"))).status == 204
    with pytest.raises(NotFound):
        await get_one_budget(call(name="bot"))


@pytest.mark.parametrize("name", ["a b", "", "x" * 129, "a/b"])
async def test_a_budgets_name_is_checked(parts: App, name: str) -> None:
    with pytest.raises(InvalidInput, match="name: expected"):
        await put_one_budget(call({"amount_usd": "1"}, name=name))


async def test_the_timers_run_twice_and_list_nothing_of_usual_days(parts: App) -> None:
    await traffic(parts)
    await put_one_budget(call({"amount_usd": "100"}, name="all"))

    for _ in range(2):
        await watch_spend(None)  # type: ignore[arg-type]
        await plan_costs(None)  # type: ignore[arg-type]

    found = as_json((await get_cost_anomalies(call())).body)
    assert found == {"anomalies": [], "next": None}
