"""What follows a model that retires, over HTTP: named, dated, priced on the same traffic."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from shared.domain.timeline import rfc3339
from tests.domain.factories import T0
from tests.triggers.http_app import HttpApp, http_app


@pytest.fixture
def app() -> Iterator[HttpApp]:
    with http_app() as made:
        made.clock.now = T0 + timedelta(hours=3)
        yield made


async def post(app: HttpApp, **fields: object) -> None:
    used = {"model": "gpt-5-mini", "start_time": rfc3339(T0), "duration_ms": 1000.0}
    record = {**used, "input_tokens": 1000, "output_tokens": 500, **fields}
    assert (await app.send("post_requests", {"requests": [record]})).status == 202


async def test_successors_are_priced_on_the_models_own_traffic(app: HttpApp) -> None:
    await post(app)
    await post(app, model="gpt-5", input_tokens=9_999)
    answer = (await app.send("get_model_successors", model="gpt-5-mini")).body
    assert answer["retires_on"] == "2027-02-09"
    assert answer["requests"] == 1
    # 1,000 in at 0.25 and 500 out at 2 dollars a million.
    assert answer["list_cost"] == "0.00125"
    (named,) = answer["successors"]
    assert named["model"] == "gpt-5.6-terra"
    # The successor: at 2 and 12 dollars.
    assert named["list_cost"] == "0.008"
    assert named["change"] == 5.4


async def test_a_model_that_nobody_schedules_has_no_successors(app: HttpApp) -> None:
    await post(app, model="house-model")
    answer = (await app.send("get_model_successors", model="house-model")).body
    assert (answer["retires_on"], answer["successors"], answer["list_cost"]) == (None, [], None)
    assert answer["requests"] == 1
