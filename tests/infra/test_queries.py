"""What the rules of Azure Monitor ask for is what the app sends: events, functions, routes."""

import re
from typing import Any

import pytest

from shared.domain import event
from shared.domain.alert.alert import Context
from shared.domain.alert.event import state_event
from shared.domain.metric import names as metric_names
from tests.domain.rule_factories import T0, firing, rule
from tests.test_agreement import INGEST
from tests.test_function_app import INDEX, run_in_process
from tools.infra.compiler import REPOSITORY


@pytest.fixture(scope="module")
def triggers() -> dict[str, dict[str, Any]]:
    return {name: trigger for name, trigger, _ in run_in_process(INDEX, {})}


def queries() -> dict[str, str]:
    return {path.name: path.read_text() for path in (REPOSITORY / "infra/kql").glob("*.kql")}


def test_queries_name_events_that_are_sent() -> None:
    sent = {value for value in vars(event).values() if isinstance(value, str) and "." in value}
    for file, text in queries().items():
        named = set(re.findall(r'"([a-z]+\.[a-z]+)"', text))
        assert named <= sent, f"infra/kql/{file}: {named - sent} is no event of domain/event.py"
    assert '"alert.firing", "alert.state", "alert.resolved"' in queries()["alerts.kql"]


def test_queries_read_properties_that_events_have() -> None:
    made = state_event(rule(), firing(value=1.0), now=T0, context=Context("test"))
    text = queries()["alerts.kql"]
    properties = set(re.findall(r"customDimensions\.(\w+)", text))
    measurements = set(re.findall(r"customMeasurements\.(\w+)", text))
    assert {"alert_id", "notify", "severity"} <= properties <= made.properties.keys()
    assert {"sequence"} <= measurements <= made.measurements.keys()


def test_queries_name_metrics_that_exist() -> None:
    metrics = {value for value in vars(metric_names).values() if isinstance(value, str)}
    named = set(re.findall(r'"(model_\w+)"', "".join(queries().values())))
    assert named
    assert named <= metrics


def test_failures_of_minute_timers_alone_are_borne(triggers: dict[str, dict[str, Any]]) -> None:
    minutely = {
        name for name, each in triggers.items() if each.get("schedule", "").endswith(" * * * * *")
    }
    (listed,) = re.findall(r"function in \(([^)]*)\)", queries()["failed-functions.kql"])
    assert set(re.findall(r'"(\w+)"', listed)) == minutely


def test_ingest_errors_are_those_of_every_route_that_takes_records_in(
    triggers: dict[str, dict[str, Any]],
) -> None:
    (pattern,) = re.findall(r'matches regex @"([^"]+)"', queries()["ingest-errors.kql"])
    for name, each in triggers.items():
        if each["type"] != "httpTrigger" or "POST" not in each["methods"]:
            continue
        path = re.sub(r"\{\w+}", "x", each["route"])
        taken_in = bool(INGEST.match(each["route"]))
        assert bool(re.search(pattern, f"https://host/api/{path}")) is taken_in, name
