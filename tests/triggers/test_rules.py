"""The HTTP functions for rules."""

from collections.abc import AsyncIterator

import pytest

from shared.bootstrap import App
from shared.domain.builtin_rules import BUILTIN_RULES
from shared.errors import InvalidInput, NotFound
from shared.triggers.rules import (
    delete_one_rule,
    get_one_rule,
    get_rules,
    put_one_rule,
    put_rule_set,
)
from tests.triggers.alert_app import as_json, call, running_app
from tools.azurite import Azurite

pytestmark = pytest.mark.azurite
_SLOW = {"metric": "model_response_time", "comparison": "greater_than", "threshold": 900}


@pytest.fixture(autouse=True)
async def _app(azurite: Azurite, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[App]:
    async with running_app(azurite, monkeypatch) as made:
        yield made


async def test_a_new_installation_lists_the_built_in_rules() -> None:
    answer = await get_rules(call())

    assert [each["name"] for each in as_json(answer.body)["rules"]] == sorted(BUILTIN_RULES)


async def test_a_rule_is_created_then_replaced_then_deleted() -> None:
    created = await put_one_rule(call(_SLOW, name="slow"))
    replaced = await put_one_rule(call(_SLOW | {"threshold": 800}, name="slow"))
    found = as_json((await get_one_rule(call(name="slow"))).body)
    deleted = await delete_one_rule(call(name="slow"))

    assert (created.status, replaced.status, deleted.status) == (201, 200, 204)
    assert as_json(created.body)["comparison"] == ">"
    assert as_json(created.body)["group_by"] == ["model", "deployment"]
    assert found == as_json(replaced.body)
    assert deleted.body is None
    with pytest.raises(NotFound):
        await get_one_rule(call(name="slow"))


async def test_a_rule_that_is_wrong_is_refused_by_field() -> None:
    with pytest.raises(InvalidInput, match="window_s: expected a multiple of 60, got 90"):
        await put_one_rule(call(_SLOW | {"window_s": 90}, name="slow"))


async def test_a_set_can_be_tried_before_it_is_put() -> None:
    body = {"rules": [_SLOW | {"name": "slow"}]}

    tried = await put_rule_set(call(body, query={"dry_run": "true"}))
    names = [each["name"] for each in as_json((await get_rules(call())).body)["rules"]]
    done = await put_rule_set(call(body))

    diff = {"created": ["slow"], "updated": [], "deleted": [], "unchanged": []}
    assert as_json(tried.body) == as_json(done.body) == diff
    assert "slow" not in names
    assert as_json((await get_one_rule(call(name="slow"))).body)["threshold"] == 900
