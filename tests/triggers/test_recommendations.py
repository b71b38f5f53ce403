"""The HTTP functions for recommendations."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from shared.bootstrap import App
from shared.errors import Conflict, InvalidInput, NotFound
from shared.triggers.call import Call
from shared.triggers.recommendations import (
    get_one_recommendation,
    get_recommendations,
    judge_recommendations,
    ports_of,
    post_recommendation_applied,
)
from tests.domain.recommendation_factories import advice
from tests.domain.rule_factories import T0
from tests.services.recommendation_factories import propose
from tests.triggers.alert_app import as_json, call
from tests.triggers.memory_app import memory_app


@pytest.fixture(autouse=True)
def parts() -> Iterator[App]:
    with memory_app() as made:
        yield made


async def _listed(**query: str) -> list[dict[str, Any]]:
    answer = await get_recommendations(call(query=query, now=T0))
    return as_json(answer.body)["recommendations"]


async def test_a_recommendation_is_listed_followed_and_seen(parts: App) -> None:
    made = await propose(advice(), now=T0, ports=ports_of(parts))
    body = {"by": "ada", "at": "2026-11-23T10:30:00+01:00", "comment": "rolled out"}

    (listed,) = await _listed(model="gpt-5-mini", status="proposed,applied")
    answer = await post_recommendation_applied(call(body, now=T0, id=made.id))
    seen = as_json((await get_one_recommendation(call(now=T0, id=made.id))).body)

    assert listed["estimated_cost_impact_usd_per_month"] == "-12.50"
    assert listed["expected_improvement"] == {"low": 10, "high": 40, "unit": "percent"}
    assert (listed["status"], listed["measured"]) == ("proposed", None)
    assert as_json(answer.body)["applied"] == {
        **body,
        "at": "2026-11-23T09:30:00Z",
        "evidence": {},
    }
    assert (seen["status"], seen["rules_out_expected"]) == ("applied", False)
    assert seen["measured"]["status"] == "inconclusive"
    assert "does not show that the change caused it" in seen["measured"]["note"]
    assert await _listed(status="proposed") == []
    assert await _listed(model="other") == []


async def test_a_recommendation_is_followed_once(parts: App) -> None:
    made = await propose(advice(), now=T0, ports=ports_of(parts))
    await post_recommendation_applied(call({"by": "ada"}, now=T0, id=made.id))
    with pytest.raises(Conflict):
        await post_recommendation_applied(call({"by": "bob"}, now=T0, id=made.id))


@pytest.mark.parametrize("body", [b"", b"{}"])
async def test_nobody_has_to_be_named_for_what_was_applied(parts: App, body: bytes) -> None:
    made = await propose(advice(), now=T0, ports=ports_of(parts))
    asked = Call(T0, {"id": made.id}, {}, {"content-type": "application/json"}, body)
    answer = await post_recommendation_applied(asked)
    assert as_json(answer.body)["applied"]["by"] == ""


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"by": ""}, "by"),
        ({"by": "detected"}, "by"),
        ({"by": "ada", "at": "2026-11-23T10:00:00"}, "at"),
    ],
)
async def test_a_fault_is_named_by_its_field(body: dict[str, str], path: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        await post_recommendation_applied(call(body, now=T0, id="any"))
    assert path in str(refused.value)


async def test_a_status_that_is_none_is_refused() -> None:
    with pytest.raises(InvalidInput, match="status: expected some of proposed, applied"):
        await _listed(status="done")


async def test_an_unknown_recommendation_is_not_found() -> None:
    with pytest.raises(NotFound):
        await get_one_recommendation(call(now=T0, id="nope"))
    with pytest.raises(NotFound):
        await post_recommendation_applied(call({"by": "ada"}, now=T0, id="nope"))


async def test_the_hourly_run_lets_old_proposals_expire(parts: App) -> None:
    await propose(advice(), now=T0, ports=ports_of(parts))
    await judge_recommendations(T0 + timedelta(days=31))
    assert [each["status"] for each in await _listed()] == ["expired"]
