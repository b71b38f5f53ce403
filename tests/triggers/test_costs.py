"""What everything cost, over HTTP: rows that add up, whatever they are told apart by."""

import csv
import io
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from shared.domain.timeline import rfc3339
from tests.domain.factories import MINUTE, T0
from tests.triggers.http_app import HttpApp, http_app

WHOLE_DAY = {"start": "2026-11-23T00:00:00Z", "end": "2026-11-24T00:00:00Z"}
GROUPINGS = (
    "",
    "model",
    "deployment,application",
    "application,operation,tag:team",
    "resource,environment,model_version",
    "day",
    "hour,model",
    "day,hour,tag:team",
)


@pytest.fixture
def app() -> Iterator[HttpApp]:
    with http_app(series_tags=("team",)) as made:
        made.clock.now = T0 + timedelta(hours=3)
        yield made


def sent(**fields: Any) -> dict[str, Any]:
    """Return a request of gpt-5-mini: 1,000 tokens in for 0.25, 500 out for 2 dollars a million."""
    given = {"model": "gpt-5-mini", "deployment": "mini", "application": "shop"}
    times = {"start_time": rfc3339(T0), "duration_ms": 1000.0}
    return {**given, **times, "input_tokens": 1000, "output_tokens": 500, **fields}


async def everything(app: HttpApp) -> None:
    """Post one of each kind that has a row of its own."""
    capacity = {"model": "gpt-5", "type": "GlobalProvisionedManaged", "ptu": 15}
    since = {"effective_from": "2026-11-23T00:00:00Z", "region": "swedencentral"}
    await app.send("put_one_deployment", {**capacity, **since}, name="cap")
    await app.send("put_one_deployment", {"type": "GlobalStandard"}, name="mini")
    reservation = {"type": capacity["type"], "region": "swedencentral", "ptu": 20, "term": "month"}
    dates = {"from": "2026-11-01", "to": "2026-12-01"}
    await app.send("put_one_reservation", {**reservation, **dates}, name="r1")
    records = [
        sent(),
        sent(tags={"team": "web"}, operation="chat", cached_input_tokens=400),
        sent(application=None, error_type="timeout"),
        sent(status_code=429, input_tokens=None, output_tokens=None),
        sent(input_tokens=None, output_tokens=None),
        sent(model="house-model", deployment="house"),
        sent(model="gpt-5", deployment="cap", environment="prod"),
        sent(sample_weight=10, start_time=rfc3339(T0 + 90 * MINUTE)),
    ]
    assert (await app.send("post_requests", {"requests": records})).status == 202


async def ask(app: HttpApp, group_by: str = "", **query: str) -> Any:
    answer = await app.send("get_costs", query={**WHOLE_DAY, "group_by": group_by, **query})
    assert answer.status == 200, answer.body
    return answer.body


@pytest.mark.parametrize("group_by", GROUPINGS)
async def test_rows_add_up_to_the_total_whatever_they_are_told_apart_by(
    app: HttpApp, group_by: str
) -> None:
    await everything(app)
    body = await ask(app, group_by)
    items = body["items"]
    for total, column in (("total_cost", "list_cost"), ("effective_cost", "effective_cost")):
        assert sum(Decimal(item[column]) for item in items) == Decimal(body[total]), column
    parts = ("input", "cached_input", "cache_write", "output")
    names = [*(f"{part}_token_cost" for part in parts), "other_cost", "deployment_cost"]
    for item in items:
        assert sum(Decimal(item[name]) for name in names) == Decimal(item["list_cost"])
    counted = [item for item in items if item["row"] != "unseen"]
    assert sum(item["requests"] for item in counted) == body["requests"] == 8
    # Three hours of 15 PTU, five requests for 0.00125 but 0.00009 for cache, and nine unseen ones.
    assert Decimal(body["total_cost"]) == 15 * 13 + Decimal("0.01616")
    assert (body["currency"], body["basis"]) == ("USD", "list")


async def test_what_belongs_to_no_group_has_rows_of_its_own(app: HttpApp) -> None:
    await everything(app)
    body = await ask(app, "application")
    found = [(item["row"], item["application"], item["requests"]) for item in body["items"]]
    assert found == [
        ("usage", "shop", 5),
        ("unallocated", None, 1),
        ("unseen", "shop", 9),
        ("unpriced", "shop", 2),
        ("idle_ptu", None, 0),
        ("unused_reservation", None, 0),
    ]
    unpriced = body["items"][3]
    assert unpriced["reasons"] == {
        "no_usage": {"requests": 1, "tokens": 0},
        "unknown_model": {"requests": 1, "tokens": 1500},
    }
    assert (body["unpriced_requests"], body["missing_usage_requests"]) == (2, 1)
    assert (body["refused_requests"], body["sampled_out_requests"]) == (1, 9)


async def test_a_row_says_what_a_request_and_a_success_cost(app: HttpApp) -> None:
    await app.send("post_requests", {"requests": [sent(), sent(), sent(error_type="timeout")]})
    (row,) = (await ask(app))["items"]
    assert row["list_cost"] == row["effective_cost"] == "0.00375"
    assert (row["input_token_cost"], row["output_token_cost"]) == ("0.00075", "0.003")
    assert (row["cost_per_1000_requests"], row["cost_per_success"]) == ("1.25", "0.001875")
    assert (row["failed_cost"], row["deployment_type_assumed_requests"]) == ("0.00125", 3)
    assert row["cost_per_good_answer"] is None


@pytest.mark.parametrize("by_application", [True, False])
async def test_a_good_answer_costs_more_than_a_success(app: HttpApp, by_application: bool) -> None:
    await app.send("post_requests", {"requests": [sent()] * 10})
    for at, score in enumerate([0.9, 0.8, 0.79, 0.2]):
        body = {"model": "gpt-5-mini", "application": "shop", "timestamp": rfc3339(T0)}
        scores = {"groundedness": score, **({"tone": 1.0} if at == 0 else {})}
        assert (await app.send("post_quality", {**body, "scores": scores})).status == 202
    query = {} if by_application else {"quality_threshold": "0.8"}
    if by_application:
        await app.send("put_one_application", {"quality_threshold": 0.8}, name="shop")
    (row,) = (await ask(app, "application", **query))["items"]
    good = row["good_answers"]
    assert (good["score"], good["scored"], good["share"]) == ("groundedness", 4, 0.5)
    assert 0 < good["low"] < 0.5 < good["high"] < 1
    assert row["cost_per_good_answer"] == "0.0025"
    assert Decimal(good["cost_low"]) < Decimal("0.0025") < Decimal(good["cost_high"])
    (other,) = (await ask(app, "application", score="tone", **query))["items"]
    assert (other["good_answers"]["scored"], other["cost_per_good_answer"]) == (1, "0.00125")
    (blind,) = (await ask(app, "operation", **query))["items"]
    assert blind["good_answers"] is None


async def test_rows_come_as_csv_too(app: HttpApp) -> None:
    await everything(app)
    body = await ask(app, "application,day")
    answer = await app.send(
        "get_costs",
        query={**WHOLE_DAY, "group_by": "application,day"},
        headers={"accept": "text/csv"},
    )
    rows = list(csv.DictReader(io.StringIO(answer.body)))
    assert [row["row"] for row in rows] == [item["row"] for item in body["items"]]
    assert sum(Decimal(row["list_cost"]) for row in rows) == Decimal(body["total_cost"])
    assert rows[0]["application"] == "shop"
    assert rows[0]["day"] == "2026-11-23"
    assert {row["reasons"] for row in rows} == {"", "no_usage unknown_model"}


async def test_hours_and_filters(app: HttpApp) -> None:
    await everything(app)
    hours = await ask(app, "hour", deployment="mini")
    assert [item["hour"] for item in hours["items"] if item["row"] == "usage"] == [
        "2026-11-23T10:00:00Z",
        "2026-11-23T11:00:00Z",
    ]
    only = await ask(app, "model", application="shop", environment="prod")
    assert [(item["model"], item["row"]) for item in only["items"]] == [("gpt-5", "usage")]
    assert Decimal(only["total_cost"]) > 0


@pytest.mark.parametrize(
    ("query", "field", "reason"),
    [
        ({"group_by": "tag:color"}, "group_by", "SERIES_TAGS names (team)"),
        ({"group_by": "colour"}, "group_by", "expected resource, deployment, model"),
        ({"group_by": "model,model"}, "group_by", "twice"),
        ({"quality_threshold": "2"}, "quality_threshold", "from 0 to 1"),
        ({"period": "month"}, "period", "either period or start"),
        ({"start": "", "end": "", "period": "2026-13"}, "period", "expected `month`"),
        ({"start": "", "end": "", "period": "2999-01"}, "period", "has not begun"),
    ],
)
async def test_what_cannot_be_told_is_refused_by_name(
    app: HttpApp, query: dict[str, str], field: str, reason: str
) -> None:
    asked = {name: text for name, text in {**WHOLE_DAY, **query}.items() if text}
    answer = await app.send("get_costs", query=asked)
    assert answer.status == 400
    assert reason in answer.faults[field]


async def test_a_month_is_a_period_of_its_own(app: HttpApp) -> None:
    await app.send("post_requests", {"requests": [sent()]})
    body = (await app.send("get_costs", query={"period": "2026-11"})).body
    assert body["start"] == "2026-11-01T00:00:00Z"
    assert body["total_cost"] == "0.00125"
    october = (await app.send("get_costs", query={"period": "2026-10"})).body
    assert (october["end"], october["items"]) == ("2026-11-01T00:00:00Z", [])


async def test_the_monitor_tells_what_it_costs_itself(app: HttpApp) -> None:
    await everything(app)
    body = (await app.send("get_own_costs", query={"range": "24h"})).body
    called = {"post_requests": 1, "put_one_deployment": 2, "put_one_reservation": 1}
    assert body["executions"] == called
    items = {item["item"]: item for item in body["items"]}
    assert items["execution_time"]["quantity"] >= 2.0 * sum(called.values())
    assert items["executions"]["quantity"] == sum(called.values())
    assert items["executions"]["usd_per_unit"] == "0.0000004"
    assert body["estimated"] is True
    long = await app.send("get_own_costs", query={"range": "40000000"})
    assert "400 days" in long.faults["range"]
