"""The HTTP functions for routes."""

from collections.abc import Iterator

import pytest

from shared.bootstrap import App
from shared.errors import InvalidInput
from shared.triggers.channels import put_one_channel
from shared.triggers.routes import get_routes, put_route_list
from tests.triggers.alert_app import as_json, call
from tests.triggers.memory_app import memory_app

_DEFAULTS = {
    "matchers": {},
    "severities": [],
    "group_by": [],
    "group_wait_s": 30,
    "group_interval_s": 300,
}


@pytest.fixture(autouse=True)
def _app() -> Iterator[App]:
    with memory_app() as parts:
        yield parts


async def test_there_are_none_to_begin_with() -> None:
    assert as_json((await get_routes(call())).body) == []


async def test_routes_are_put_as_a_whole_and_shown_with_their_defaults() -> None:
    await put_one_channel(call({"type": "webhook", "url": "https://example.com/a"}, name="ops"))

    put = as_json((await put_route_list(call([{"channels": ["ops"]}]))).body)
    again = as_json((await put_route_list(call(put))).body)

    assert put == [{**_DEFAULTS, "channels": ["ops"]}]
    assert put == again == as_json((await get_routes(call())).body)
    assert as_json((await put_route_list(call([]))).body) == []


async def test_a_channel_that_does_not_exist_is_named() -> None:
    with pytest.raises(InvalidInput) as refused:
        await put_route_list(call([{"channels": []}, {"channels": ["ops"]}]))

    (fault,) = refused.value.faults
    assert fault.path == "[1].channels[0]"
    assert fault.reason == "expected a channel that exists, got 'ops'"
    assert as_json((await get_routes(call())).body) == []
