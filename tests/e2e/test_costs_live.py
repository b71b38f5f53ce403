"""A story of costs through the running app: prices put and corrected, rows that add up, a rule."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.e2e.api import Api, request
from tests.tools.http_calls import call

pytestmark = [pytest.mark.e2e, pytest.mark.azurite]

YESTERDAY = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=1)
MODEL = "costed-model"
PRICES = {"input": "2", "cached_input": "0.5", "output": "8", "source": "agreed for the test"}


def at(**after: float) -> str:
    return (YESTERDAY + timedelta(**after)).isoformat()


def sent(hours: float, **fields: Any) -> dict[str, Any]:
    given = {"start_time": at(hours=hours), "duration_ms": 0.0, "application": "ledger"}
    tokens = {"input_tokens": 1_000_000, "output_tokens": 250_000}
    return request(MODEL, **{**given, **tokens, **fields})


@pytest.fixture(scope="module", autouse=True)
def told(api: Api) -> None:
    """A price that rises at midnight, and two days of requests around it."""
    assert api.put(f"v1/prices/{MODEL}", PRICES).status == 200
    dearer = {**PRICES, "input": "4", "effective_from": at(days=1)[:10]}
    assert api.put(f"v1/prices/{MODEL}", dearer).status == 200
    records = [
        sent(1),
        sent(23.9999, cached_input_tokens=400_000),
        sent(24, user="ann"),
        sent(2, status_code=429),
        sent(3, input_tokens=None, output_tokens=None),
        sent(4, application="archive", error_type="timeout"),
    ]
    if datetime.now(UTC) < YESTERDAY + timedelta(days=1, minutes=1):
        pytest.skip("a day has just begun")
    assert api.requests(records).status == 202


def costs(api: Api, group_by: str = "", **query: str) -> Any:
    span = {"start": at(), "end": at(days=1, minutes=1), "model": MODEL}
    return api.seen("v1/costs", group_by=group_by, **{**span, **query})


@pytest.mark.parametrize("rolled", [False, True])
def test_two_days_cost_what_their_prices_say_before_and_after_rollup(
    api: Api, rolled: bool
) -> None:
    if rolled:
        api.run("rollup")
    body = costs(api, "day,application")
    found = {(row["day"], row["application"], row["row"]): row for row in body["items"]}
    first, second = at()[:10], at(days=1)[:10]
    assert found[first, "ledger", "usage"]["list_cost"] == "7.4"
    assert found[second, "ledger", "usage"]["list_cost"] == "6"
    assert found[first, "archive", "usage"]["failed_cost"] == "4"
    unpriced = found[first, "ledger", "unpriced"]
    assert unpriced["reasons"] == {"no_usage": {"requests": 1, "tokens": 0}}
    assert body["total_cost"] == "17.4"
    assert sum(Decimal(row["list_cost"]) for row in body["items"]) == Decimal("17.4")
    assert (body["refused_requests"], body["missing_usage_requests"]) == (1, 1)


def test_reports_and_charts_agree_with_the_costs(api: Api) -> None:
    span = {"start": at(), "end": at(days=1, minutes=1)}
    report = api.seen(f"v1/models/{MODEL}/report", **span)
    assert (report["cost_usd"], report["cost_basis"], report["unpriced_requests"]) == (
        "17.4",
        "list",
        1,
    )
    chart = api.seen(
        "v1/series",
        metric="model_cost_usd",
        aggregation="sum",
        step_s=3600,
        filter=f"model:{MODEL}",
        **span,
    )
    (points,) = [each["points"] for each in chart["series"]]
    assert sum(value or 0 for _, value in points) == pytest.approx(17.4)


def test_users_are_told_by_whole_days(api: Api) -> None:
    body = costs(api, "user,day", start=at(days=1), end=at(days=1, minutes=1))
    (row,) = [item for item in body["items"] if item["row"] == "usage"]
    assert (row["list_cost"], row["day"]) == ("6", at(days=1)[:10])


def test_a_corrected_price_costs_history_anew(api: Api) -> None:
    correction = {**PRICES, "output": "4"}
    assert api.put(f"v1/prices/{MODEL}", correction).status == 200
    assert costs(api)["total_cost"] == "14.4"
    assert api.put(f"v1/prices/{MODEL}", PRICES).status == 200
    assert costs(api)["total_cost"] == "17.4"


def test_csv_has_the_same_rows(api: Api) -> None:
    span = f"start={at()[:10]}T00:00:00Z&end={at(days=1)[:10]}T00:01:00Z"
    path = f"/api/v1/costs?{span}&model={MODEL}&group_by=application"
    answer = call(api.port, "GET", path, headers={"accept": "text/csv"})
    head, *rows = answer.body.decode().strip().splitlines()
    assert head.startswith("application,row,list_cost")
    assert [row.split(",")[:3] for row in rows] == [
        ["ledger", "usage", "13.4"],
        ["archive", "usage", "4"],
        ["ledger", "unpriced", "0"],
    ]


def test_the_monitor_knows_its_own_cost(api: Api) -> None:
    body = api.seen("v1/costs/own", range="1h")
    assert body["executions"]["post_requests"] >= 1
    assert Decimal(body["total_cost_usd"]) > 0
