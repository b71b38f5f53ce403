"""The HTTP functions for erasures, and the timer that carries them out."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import azure.functions as func
import msgspec
import pytest

from shared.bootstrap import App
from shared.domain.timeline import rfc3339
from shared.errors import InvalidInput, NotFound
from shared.services.ingest import ingest_requests
from shared.services.rollup import roll_up
from shared.triggers.erasures import erase_data, get_erasure, get_erasures, post_erasure
from tests.triggers.alert_app import as_json, call
from tests.triggers.memory_app import memory_app

_ORDER = {"application": "bot", "by": "ada", "comment": "left us"}


@pytest.fixture(autouse=True)
def parts() -> Iterator[App]:
    with memory_app() as parts:
        yield parts


async def _report(parts: App, *applications: str) -> datetime:
    now = datetime.now(UTC)
    start = rfc3339(now - timedelta(minutes=2))
    records = [
        {"model": "m", "start_time": start, "duration_ms": 1.0, "application": name}
        for name in applications
    ]
    body = msgspec.json.encode({"requests": records})
    await ingest_requests(body, strict=True, ports=parts.ingest)
    await roll_up(
        now=now, ports=parts.rollup, evaluation_delay_s=0, timer=lambda: 0.0, budget_s=1.0
    )
    return now


async def test_an_order_is_taken_carried_out_and_looked_at(parts: App) -> None:
    now = await _report(parts, "bot", "bot", "shop")
    taken = await post_erasure(call(_ORDER, now=now))
    order = as_json(taken.body)
    assert (taken.status, order["state"], order["days_left"]) == (202, "waiting", None)
    assert order["named_in"] == []

    await erase_data(func.TimerRequest())

    seen = as_json((await get_erasure(call(id=order["id"], now=now))).body)
    assert (seen["state"], seen["days_left"]) == ("done", 0)
    assert (seen["erased"]["requests"], seen["shared_days"]) == (2, 0)
    (listed,) = as_json((await get_erasures(call(now=now))).body)["erasures"]
    assert listed == {**seen, "named_in": None}


async def test_a_dry_run_tells_what_there_is_and_orders_nothing(parts: App) -> None:
    now = await _report(parts, "bot", "bot", "shop")
    answer = await post_erasure(call(_ORDER, query={"dry_run": "true"}, now=now))
    assert answer.status == 200
    found = as_json(answer.body)
    assert found["requests"] == 2
    assert len(found["days"]) == 1
    assert as_json((await get_erasures(call(now=now))).body) == {"erasures": [], "next": None}


async def test_a_second_order_while_the_first_waits_is_the_same() -> None:
    now = datetime.now(UTC)
    first = as_json((await post_erasure(call(_ORDER, now=now))).body)
    again = as_json((await post_erasure(call(_ORDER, now=now))).body)
    other = as_json((await post_erasure(call({**_ORDER, "application": "b"}, now=now))).body)
    assert again == first
    assert other["id"] != first["id"]


async def test_erasures_come_in_pages_the_latest_first() -> None:
    now = datetime.now(UTC)
    for number in range(3):
        at = now + timedelta(seconds=number)
        await post_erasure(call({**_ORDER, "application": f"a{number}"}, now=at))
    seen: list[str] = []
    query = {"limit": "2"}
    for _ in range(2):
        page = as_json((await get_erasures(call(query=query, now=now))).body)
        seen += [each["application"] for each in page["erasures"]]
        query["next"] = page["next"]
    assert seen == ["a2", "a1", "a0"]
    assert page["next"] is None


async def test_every_fault_is_named_by_its_field() -> None:
    with pytest.raises(InvalidInput) as refused:
        await post_erasure(call({"application": "__other__"}, now=datetime.now(UTC)))
    assert {fault.path for fault in refused.value.faults} == {"application", "by"}
    with pytest.raises(InvalidInput, match="dry_run: expected true or false"):
        await post_erasure(call(_ORDER, query={"dry_run": "yes"}, now=datetime.now(UTC)))


async def test_an_erasure_that_was_never_ordered_is_not_found() -> None:
    with pytest.raises(NotFound, match="erasure nope does not exist"):
        await get_erasure(call(id="nope", now=datetime.now(UTC)))
