"""The HTTP functions for silences."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from shared.bootstrap import App
from shared.errors import InvalidInput, NotFound
from shared.triggers.silences import delete_one_silence, get_silences, post_silence
from tests.domain.rule_factories import T0
from tests.triggers.alert_app import as_json, call
from tests.triggers.memory_app import memory_app

_BODY = {"matchers": {"model": "gpt-5"}, "ends_at": "2026-11-23T12:00:00Z", "by": "ada"}


@pytest.fixture(autouse=True)
def _app() -> Iterator[App]:
    with memory_app() as parts:
        yield parts


async def _listed(**query: str) -> list[dict[str, Any]]:
    return as_json((await get_silences(call(query=query, now=T0))).body)["silences"]


async def test_a_silence_is_made_listed_and_ended() -> None:
    made = await post_silence(call(_BODY, now=T0))
    (active,) = await _listed(state="active")
    ended = await delete_one_silence(call(id=active["id"], now=T0 + timedelta(seconds=1)))
    query = {"state": "expired,pending"}
    later = await get_silences(call(query=query, now=T0 + timedelta(hours=1)))

    assert (made.status, ended.status) == (201, 204)
    assert as_json(made.body) == active
    assert active == {
        **_BODY,
        "id": active["id"],
        "starts_at": "2026-11-23T10:00:00Z",
        "comment": "",
        "state": "active",
    }
    (over,) = as_json(later.body)["silences"]
    assert (over["state"], over["ends_at"]) == ("expired", "2026-11-23T10:00:01Z")
    assert await _listed(state="pending") == []


async def test_every_fault_is_named_by_its_field() -> None:
    with pytest.raises(InvalidInput) as refused:
        await post_silence(call({"matchers": {}, "ends_at": "now"}, now=T0))

    assert {fault.path for fault in refused.value.faults} == {"matchers", "ends_at", "by"}


async def test_a_state_that_is_none_is_refused() -> None:
    with pytest.raises(InvalidInput, match="state: expected some of pending, active, expired"):
        await _listed(state="active,loud")


async def test_an_unknown_silence_cannot_be_ended() -> None:
    with pytest.raises(NotFound):
        await delete_one_silence(call(id="nope"))
