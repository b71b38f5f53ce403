"""The HTTP functions for rules."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from shared.bootstrap import App
from shared.domain.rule.builtin import BUILTIN_RULES
from shared.domain.rule.yaml_set import parse_rules_yaml
from shared.errors import InvalidInput, NotFound, UnsupportedMedia
from shared.triggers.call import Call
from shared.triggers.responses import http_response
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

    diff = {"created": ["slow"], "updated": [], "deleted": [], "unchanged": [], "changes": {}}
    assert as_json(tried.body) == as_json(done.body) == diff
    assert "slow" not in names
    assert as_json((await get_one_rule(call(name="slow"))).body)["threshold"] == 900


_YAML = """\
rules:
  - name: slow
    metric: model_response_time
    comparison: ">"
    threshold: 900
    group_by: [model]
"""


def _yaml(text: str, content_type: str = "application/yaml", **query: str) -> Call:
    headers = {"content-type": content_type}
    return Call(datetime.now(UTC), {}, query, headers, text.encode())


@pytest.mark.parametrize(
    "content_type", ["application/yaml", "Application/YAML; charset=utf-8", "text/yaml"]
)
async def test_a_set_is_put_and_exported_as_yaml(content_type: str) -> None:
    await put_rule_set(_yaml(_YAML, content_type))

    exported = await get_rules(call(query={"format": "yaml"}))

    assert exported.body.decode() == _YAML
    assert exported.media_type == "application/yaml"
    again = await put_rule_set(_yaml(exported.body.decode()))
    assert as_json(again.body)["unchanged"] == ["slow"]


async def test_a_dry_run_shows_each_changed_field() -> None:
    await put_rule_set(_yaml(_YAML))

    tried = await put_rule_set(_yaml(_YAML.replace("900", "800"), dry_run="true"))

    assert as_json(tried.body)["changes"] == {"slow": {"threshold": [900.0, 800.0]}}
    assert (await put_rule_set(_yaml(_YAML))).body.updated == []


@pytest.mark.parametrize(
    ("accept", "is_yaml"),
    [
        ("application/yaml", True),
        ("text/yaml, */*", True),
        ("application/json, application/yaml", False),
        ("*/*", False),
        ("", False),
    ],
)
async def test_the_answer_is_yaml_where_that_is_accepted(accept: str, is_yaml: bool) -> None:
    answer = await get_rules(Call(datetime.now(UTC), {}, {}, {"accept": accept}, b""))

    assert (answer.media_type == "application/yaml") is is_yaml


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({}, len(BUILTIN_RULES)),
        ({"builtin": "false"}, 0),
        ({"format": "yaml"}, 0),
        ({"format": "yaml", "builtin": "true"}, len(BUILTIN_RULES)),
    ],
)
async def test_built_in_rules_nobody_changed_stand_in_json_and_not_in_yaml(
    query: dict[str, str], count: int
) -> None:
    body = (await get_rules(call(query=query))).body

    rules = parse_rules_yaml(body) if isinstance(body, bytes) else body.rules
    assert len(rules) == count


async def test_yaml_faults_have_the_paths_of_json() -> None:
    with pytest.raises(InvalidInput) as refused:
        await put_rule_set(_yaml(_YAML.replace("900", "fast")))

    (fault,) = refused.value.faults
    assert (fault.path, fault.reason) == (
        "rules[0].threshold",
        'expected a number, got "fast" (line 5)',
    )


async def test_other_media_types_are_refused() -> None:
    with pytest.raises(UnsupportedMedia, match="expected application/json or application/yaml"):
        await put_rule_set(_yaml(_YAML, "text/plain"))


async def test_yaml_goes_out_as_it_is() -> None:
    await put_rule_set(_yaml(_YAML))

    sent = http_response(await get_rules(call(query={"format": "yaml"})))

    assert (sent.mimetype, sent.get_body().decode()) == ("application/yaml", _YAML)


async def test_rules_are_listed_page_by_page() -> None:
    names, after = [], ""
    while after is not None:
        asked = Call(datetime.now(UTC), {}, {"limit": "5", "next": after}, {}, b"")
        page = as_json((await get_rules(asked)).body)
        assert 0 < len(page["rules"]) <= 5
        names += [each["name"] for each in page["rules"]]
        after = page["next"]
    assert names == sorted(BUILTIN_RULES)


async def test_a_set_may_be_put_as_it_was_answered_and_a_page_of_it_not() -> None:
    whole = as_json((await get_rules(call())).body)
    assert as_json((await put_rule_set(call(whole))).body)["deleted"] == []
    with pytest.raises(InvalidInput, match="next: expected null"):
        await put_rule_set(call(whole | {"next": "slow"}))
