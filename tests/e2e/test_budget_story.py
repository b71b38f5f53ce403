"""A budget warns before its money is gone: put, traffic posted, its rules on time, the alert seen.

Evaluations go by the clock, minute by minute, so the story waits for the next one.
"""

import time
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.e2e.api import Api, request

pytestmark = [pytest.mark.e2e, pytest.mark.azurite]

MODEL = "org/budgeted"
PRICE = {"input": "1000", "output": "0", "deployment_type": "GlobalStandard"}
SCOPE = {"model": MODEL, "application": "story"}


def history(days: int, model: str = MODEL) -> list[dict[str, Any]]:
    """Return a dollar at noon of each of the last days."""
    noon = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)
    return [
        request(
            model,
            start_time=(noon - timedelta(days=at)).isoformat(),
            application="story",
            input_tokens=1_000,
            output_tokens=0,
        )
        for at in range(1, days + 1)
    ]


def seen_firing(api: Api, rule: str) -> dict[str, Any] | None:
    """Evaluate once the next minute is complete; return the rule's alert."""
    for _ in range(2):
        time.sleep(60 - datetime.now(UTC).timestamp() % 60)
        for function in ("rollup", "evaluate_alerts"):
            api.run(function)
        alerts = api.seen("v1/alerts", state="firing", range="24h")["alerts"]
        found = next((each for each in alerts if each["rule"] == rule), None)
        if found is not None:
            return dict(found)
    return None


def test_the_alert_fires_while_there_is_money_left(api: Api) -> None:
    assert api.put("v1/prices/org%2Fbudgeted", PRICE).status in (200, 201)
    assert api.requests(history(20)).status == 202
    api.run("rollup")
    plenty = api.put("v1/budgets/story", {"amount_usd": "1000000", "scope": SCOPE})
    assert plenty.status == 201, plenty
    status = plenty.json()["status"]
    assert Decimal(status["spent"]) == min(datetime.now(UTC).day - 1, 20)
    assert Decimal(status["forecast"]) > Decimal(status["spent"])

    amount = (Decimal(status["spent"]) + Decimal(status["forecast"])) / 2
    tight = api.put("v1/budgets/story", {"amount_usd": str(amount), "scope": SCOPE})
    assert tight.status == 200
    assert tight.json()["status"]["exceeds_on"] is not None
    rule = {"kind": "budget", "budget": "story", "forecast": True}
    assert api.put("v1/rules/story-soon", rule).status == 201

    alert = seen_firing(api, "story-soon")

    assert alert is not None
    assert alert["value"] > 1
    assert "expected spend of story" in alert["message"]
    assert api.seen("v1/budgets/story")["status"]["spent_share"] < 1
    assert {each["name"] for each in api.seen("v1/rules")["rules"]} > set(tight.json()["rules"])
    assert api.delete("v1/budgets/story").status == 204
    assert api.delete("v1/rules/story-soon").status == 204


def test_trend_forecast_and_anomalies_answer(api: Api) -> None:
    model = "org/steady"
    assert api.put("v1/prices/org%2Fsteady", PRICE).status in (200, 201)
    assert api.requests(history(12, model)).status == 202
    api.run("rollup")
    trend = api.seen("v1/models/-/cost-trend", model=model, days=10)
    forecast = api.seen("v1/costs/forecast", model=model, horizon_days=5)
    for function in ("watch_spend", "plan_costs"):
        api.run(function)

    assert (trend["total_cost"], trend["insufficient_data"]) == ("10", True)
    assert len(forecast["daily"]) == 5
    assert "anomalies" in api.seen("v1/costs/anomalies")
