"""The HTTP functions about cost plans."""

from collections.abc import Iterator

import pytest

from tests.triggers.http_app import HttpApp, http_app, wall_clock


@pytest.fixture
def app() -> Iterator[HttpApp]:
    with http_app(live=True) as made:
        yield made


async def _post(app: HttpApp) -> None:
    record = {
        "model": "gpt-5-mini",
        "application": "nightly",
        "start_time": wall_clock().isoformat(),
        "duration_ms": 5,
        "input_tokens": 1_000_000,
    }
    assert (await app.send("post_requests", {"requests": [record]})).status == 202


async def test_a_model_and_all_of_them_are_planned(app: HttpApp) -> None:
    await _post(app)
    await app.send("put_one_application", {"max_delay_s": 100_000}, name="nightly")
    one = await app.send("get_model_cost_plan", model="gpt-5-mini")
    assert one.status == 200
    # A quarter of a dollar today, times 30.
    assert one.body["current_monthly_cost_estimate"] == "7.5"
    assert one.body["model_name"] == "gpt-5-mini"
    same = await app.send("get_model_cost_plan", model="-", query={"model": "gpt-5-mini"})
    assert same.body == one.body
    every = await app.send("get_cost_plan")
    assert (every.status, every.body["model_name"]) == (200, "all")
    assert every.body["current_monthly_cost_estimate"] == "7.5"


async def test_an_unknown_model_has_an_empty_plan_with_its_reason(app: HttpApp) -> None:
    answer = await app.send("get_model_cost_plan", model="nobody-knows")
    assert answer.status == 200
    assert answer.body["optimization_recommendations"] == []
    assert answer.body["expected_savings"] == "0"
    assert answer.body["reason"].startswith("No traffic that has a price")
