"""The HTTP functions for inhibitions."""

from collections.abc import Iterator

import pytest

from shared.bootstrap import App
from shared.errors import InvalidInput, NotFound
from shared.triggers.inhibitions import (
    delete_one_inhibition,
    get_inhibitions,
    get_one_inhibition,
    put_one_inhibition,
)
from tests.triggers.alert_app import as_json, call
from tests.triggers.memory_app import memory_app

_BODY = {
    "source": {"severity": "critical"},
    "target": {"severity": "warning"},
    "equal": ["model", "deployment"],
}


@pytest.fixture(autouse=True)
def _app() -> Iterator[App]:
    with memory_app() as parts:
        yield parts


async def test_none_is_built_in() -> None:
    assert as_json((await get_inhibitions(call())).body) == {"inhibitions": [], "next": None}


async def test_an_inhibition_is_put_replaced_listed_and_deleted() -> None:
    created = await put_one_inhibition(call(_BODY, name="worse"))
    replaced = await put_one_inhibition(call(_BODY | {"equal": []}, name="worse"))
    found = as_json((await get_one_inhibition(call(name="worse"))).body)
    listed = as_json((await get_inhibitions(call())).body)
    deleted = await delete_one_inhibition(call(name="worse"))

    assert (created.status, replaced.status, deleted.status) == (201, 200, 204)
    assert as_json(created.body) == {"name": "worse", **_BODY}
    assert found == {"name": "worse", **_BODY, "equal": []}
    assert listed == {"inhibitions": [found], "next": None}


async def test_what_does_not_exist_is_not_found() -> None:
    with pytest.raises(NotFound, match="inhibition worse does not exist"):
        await get_one_inhibition(call(name="worse"))
    with pytest.raises(NotFound):
        await delete_one_inhibition(call(name="worse"))


async def test_every_fault_is_named_by_its_field() -> None:
    with pytest.raises(InvalidInput) as refused:
        await put_one_inhibition(call({"source": {}, "equal": [5]}, name="wor se"))

    assert {fault.path for fault in refused.value.faults} == {
        "name",
        "source",
        "target",
        "equal[0]",
    }
