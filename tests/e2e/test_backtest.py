"""A backtest over HTTP, beside a rule that is named like its route."""

import pytest

from tests.e2e.api import Api, ago

pytestmark = [pytest.mark.e2e, pytest.mark.azurite]

_RULE = {"metric": "e2e_backtest", "comparison": ">", "threshold": 5, "no_data": "ok"}


def test_a_rule_is_tried_over_what_was_posted(api: Api) -> None:
    item = {"name": "e2e_backtest", "kind": "gauge", "value": 9, "timestamp": ago(minutes=40)}
    assert api.post("v1/metrics", {"metrics": [item]}).status == 202
    api.run("rollup")

    answer = api.post(
        "v1/rules/backtest",
        {
            "rule": _RULE | {"name": "tried"},
            "start": ago(minutes=50),
            "end": ago(minutes=20),
        },
    )

    assert answer.status == 200
    found = answer.json()
    assert (found["fired"], found["resolved"], found["minutes_firing"]) == (1, 1, 5)


def test_a_rule_may_be_named_backtest(api: Api) -> None:
    assert api.put("v1/rules/backtest", _RULE).status == 201
    assert api.get("v1/rules/backtest").json()["name"] == "backtest"
    assert api.delete("v1/rules/backtest").status == 204
