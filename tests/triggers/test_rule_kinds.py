"""Rules of every kind over HTTP: how they are answered, and how the document shows them."""

from collections.abc import Iterator

import pytest

from shared.adapters.creating_tables import CreatingTables
from shared.adapters.memory import MemoryTables
from shared.adapters.no_telemetry import NoTelemetry
from shared.bootstrap import App, assemble, given_app
from shared.errors import InvalidInput
from shared.settings import Settings
from shared.triggers.endpoint import OPERATIONS
from shared.triggers.openapi import openapi_document
from shared.triggers.rules import get_one_rule, get_rules, put_one_rule, put_rule_set
from tests.domain.factories import T0
from tests.triggers.alert_app import as_json, call

_BASELINE = {"kind": "baseline", "metric": "model_response_time"}
_BUDGET = {"kind": "budget", "budget": "web", "threshold": 0.8}
_SLO = {
    "kind": "burn_rate",
    "objective": 0.99,
    "metric": "model_response_time",
    "below_ms": 2000,
}
_GONE = {"kind": "absence", "metric": "heartbeat", "for_s": 600}


@pytest.fixture(autouse=True)
def _app() -> Iterator[App]:
    made = assemble(Settings(), CreatingTables(MemoryTables()), NoTelemetry(), lambda: T0)
    with given_app(made):
        yield made


@pytest.mark.parametrize(
    ("body", "said"),
    [
        pytest.param(_BASELINE, None, id="baseline"),
        pytest.param(
            _BASELINE | {"metric": "queue_depth"},
            "avg of queue_depth has no baseline",
            id="baseline of what has none",
        ),
        pytest.param(_BUDGET, "budget web does not exist", id="budget"),
        pytest.param(_SLO, None, id="burn rate"),
        pytest.param(_GONE, None, id="absence"),
    ],
)
async def test_a_rule_that_cannot_be_evaluated_says_so(
    body: dict[str, object], said: str | None
) -> None:
    put = await put_one_rule(call(body, name="r"))
    got = as_json((await get_one_rule(call(name="r"))).body)
    listed = as_json((await get_rules(call())).body)["rules"]

    assert put.status == 201
    assert got == as_json(put.body)
    assert got in listed
    assert got.get("unavailable") == said
    again = await put_one_rule(call(got, name="r"))
    assert (again.status, as_json(again.body)) == (200, got)


async def test_a_set_of_what_was_answered_changes_nothing() -> None:
    for name, body in {"a": _BASELINE, "b": _BUDGET, "c": _SLO, "d": _GONE}.items():
        await put_one_rule(call(body, name=name))
    listed = as_json((await get_rules(call())).body)

    diff = as_json((await put_rule_set(call(listed))).body)

    assert (diff["created"], diff["updated"], diff["deleted"]) == ([], [], [])


async def test_a_field_of_another_kind_is_refused_by_name() -> None:
    with pytest.raises(InvalidInput, match="objective: a field of burn_rate rules, not of budget"):
        await put_one_rule(call(_BUDGET | {"objective": 0.9}, name="r"))


def test_the_document_shows_each_kind_with_its_fields() -> None:
    schemas = openapi_document(OPERATIONS)["components"]["schemas"]

    assert {"below_ms", "metric", "windows"} <= set(schemas["BurnRateRule"]["properties"])
    assert {"threshold", "forecast", "unavailable"} <= set(schemas["BudgetRule"]["properties"])
    assert {"deviations", "percent"} <= set(schemas["BaselineRule"]["properties"])
    assert "forget_after_s" in schemas["AbsenceRule"]["properties"]
