"""A service that reports one call of ten costs, and is planned, like one that reports them all."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.e2e.api import Api, Json

pytestmark = [pytest.mark.e2e, pytest.mark.azurite]

MODEL = "gpt-4.1"
"""Sized in PTU and priced by token and by the hour, whatever those prices are."""

DAYS = 2
CALLS = 10
WHOLE, THINNED = "sampling-whole", "sampling-thinned"


def test_one_of_ten_is_planned_like_ten_of_ten(api: Api) -> None:
    midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    since = midnight - timedelta(days=DAYS)
    for name in (WHOLE, THINNED):
        config = {"model": MODEL, "type": "GlobalProvisionedManaged", "ptu": 15}
        body = config | {"region": "swedencentral", "effective_from": since.isoformat()}
        assert api.put(f"v1/deployments/{name}", body).status == 200
    for hour in (since + timedelta(hours=at) for at in range(24 * DAYS)):
        whole = [called(hour, WHOLE) for _ in range(CALLS)]
        assert api.requests([*whole, called(hour, THINNED, sample_weight=CALLS)]).status == 202

    plan = api.digested_plan(MODEL, DAYS)

    reported_is_exact(api, midnight)
    digest = api.seen(f"v1/digests/{since:%Y-%m-%d}")
    loads = {each["deployment"]: each for each in digest["load"]}
    assert loads[WHOLE]["peak_tokens"] == loads[THINNED]["peak_tokens"] > 0
    assert loads[THINNED]["requests"] + loads[THINNED]["sampled_out_requests"] == 24 * CALLS
    assert plan["sampled_out_requests"] == 24 * DAYS * (CALLS - 1)
    whole, thinned = (given_up(plan, name) for name in (WHOLE, THINNED))
    assert whole["potential_monthly_savings"] == thinned["potential_monthly_savings"]
    assert whole["savings_range"] == thinned["savings_range"]
    measured = ("peak_normalized_tpm", "cost_by_token_usd", "break_even_utilization")
    for name in measured:
        assert whole["evidence"][name] == thinned["evidence"][name] != 0
    costs_are_alike(api, since, midnight)


def called(start: datetime, deployment: str, **fields: Any) -> Json:
    return {
        "model": MODEL,
        "deployment": deployment,
        "application": "sampling",
        "start_time": start.isoformat(),
        "duration_ms": 2_000.0,
        "input_tokens": 5_000,
        "output_tokens": 1_000,
        "finish_reason": "stop",
    } | fields


def reported_is_exact(api: Api, midnight: datetime) -> None:
    """Counts and tokens of a report are those of what was reported."""
    span = {"start": (midnight - timedelta(days=1)).isoformat(), "end": midnight.isoformat()}
    report = api.report(MODEL, deployment=THINNED, **span)
    assert (report["total_requests"], report["total_input_tokens"]) == (24, 24 * 5_000)
    assert report["sampled_out_requests"] == 24 * (CALLS - 1)


def given_up(plan: Json, deployment: str) -> Json:
    (found,) = (
        each
        for each in plan["optimization_recommendations"]
        if each["id"] == f"deployment_optimization:{deployment}"
    )
    return dict(found)


def costs_are_alike(api: Api, start: datetime, end: datetime) -> None:
    """The load that both put on their capacity is the same, so each pays for as much of it."""
    asked = {"start": start.isoformat(), "end": end.isoformat(), "model": MODEL}
    costs = api.seen("v1/costs", group_by="deployment", **asked)
    used = {each["deployment"]: each for each in costs["items"] if each["row"] == "usage"}
    assert used[WHOLE]["deployment_cost"] == used[THINNED]["deployment_cost"] != "0"
    assert costs["sampled_out_requests"] == 24 * DAYS * (CALLS - 1)
