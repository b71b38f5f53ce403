"""Three days of traffic, digested, planned, and held against a bill: every number by hand."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.e2e.api import Api, Json

pytestmark = [pytest.mark.e2e, pytest.mark.azurite]

MODEL = "gpt-4.1-mini"
"""0.40 dollars a million tokens of input, 1.60 of output, half of that in batches."""

DAYS = 3


def test_what_could_be_saved_is_told_from_three_days_of_traffic(api: Api) -> None:
    midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    assert api.seen("v1/models/-/cost-plan", model=MODEL)["optimization_recommendations"] == []
    assert api.put("v1/applications/plan-nightly", {"max_delay_s": 86_400}).status == 201
    config = {"model": MODEL, "type": "GlobalStandard", "region": "swedencentral"}
    assert api.put("v1/deployments/plan-prod", config).status == 200
    for day in range(1, DAYS + 1):
        hours = [midnight - timedelta(days=day) + timedelta(hours=hour) for hour in range(24)]
        assert api.requests([each for hour in hours for each in an_hour(hour)]).status == 202

    plan = api.digested_plan(MODEL, DAYS)

    # By hand, an hour: 0.056 dollars of nightly, twice 0.028 of chat; 2.688 a day.
    assert (plan["days"], plan["current_monthly_cost_estimate"]) == (DAYS, "80.64")
    saved = {
        each["id"]: each["potential_monthly_savings"] for each in plan["implementation_priority"]
    }
    # The second of two calls of chat repeats the first, ten minutes later: 0.672 dollars a day.
    # Nightly costs 1.344 a day, half of it in batches.
    assert saved == {
        f"response_caching:{MODEL}": "20.16",
        "batch:plan-prod:plan-nightly": "20.16",
    }
    assert plan["expected_savings"] == "40.32"
    caching, batch = (by_type(plan, kind) for kind in ("response_caching", "batch"))
    assert caching["savings_range"] == {"low": "0", "high": "20.16"}
    assert batch["evidence"]["requests"] == DAYS * 24
    assert {each["target"] for each in plan["not_examined"]} == {"plan-chat"}

    trend = api.seen(f"v1/models/{MODEL}/cost-trend", days=30)
    assert trend["avg_daily_cost"] == "2.688"
    assert {
        each["type"]: each["potential_savings"] for each in trend["optimization_opportunities"]
    } == {
        "response_caching": "0.672",
        "batch": "0.672",
    }
    every = api.seen("v1/cost-plan")
    assert float(every["expected_savings"]) <= float(every["current_monthly_cost_estimate"])
    api.run("plan_costs")

    billed_as_computed(api, midnight - timedelta(days=2))


def an_hour(start: datetime) -> list[Json]:
    """Return an hour's calls: one of nightly, two of chat with the same prompt."""
    nightly = called(start, "plan-nightly", 100_000, 10_000)
    prompt = {"prompt_hash": f"plan-{start.isoformat()}"}
    first = called(start, "plan-chat", 50_000, 5_000, **prompt)
    second = called(start + timedelta(minutes=10), "plan-chat", 50_000, 5_000, **prompt)
    return [nightly, first, second]


def called(start: datetime, application: str, sent: int, made: int, **fields: Any) -> Json:
    return {
        "model": MODEL,
        "deployment": "plan-prod",
        "application": application,
        "start_time": start.isoformat(),
        "duration_ms": 2_000.0,
        "input_tokens": sent,
        "output_tokens": made,
        "finish_reason": "stop",
    } | fields


def by_type(plan: Json, kind: str) -> Json:
    (found,) = (each for each in plan["optimization_recommendations"] if each["type"] == kind)
    return dict(found)


def billed_as_computed(api: Api, day: datetime) -> None:
    """Post an export of one day that bills exactly what was used, but for a corrected price."""
    rows = [
        ("gpt 4.1 mini Inp glbl Tokens", "4.8", "1.92"),
        ("gpt 4.1 mini Outp glbl Tokens", "0.48", "1.536"),
    ]
    header = (
        "Date,MeterCategory,MeterName,UnitOfMeasure,Quantity,CostInBillingCurrency,BillingCurrency"
    )
    lines = [f"{day:%m/%d/%Y},Foundry Models,{m},1M,{n},{usd},USD" for m, n, usd in rows]
    answer = api.post(
        "v1/costs/reconcile",
        "\n".join([header, *lines]).encode(),
        headers={"content-type": "text/csv"},
    )
    assert answer.status == 200, answer
    found = {each["meter"]: each for each in answer.json()["rows"] if MODEL in each["meter"]}
    assert found[f"{MODEL} input (global)"]["reason"] == "match"
    made = found[f"{MODEL} output (global)"]
    # By hand: 480,000 tokens are 0.768 dollars; billed is twice the price.
    assert (made["computed"], made["residual"], made["reason"]) == (
        "0.768",
        "0.768",
        "price_difference",
    )
