"""What the rules of Azure Monitor say of functions and routes is true of the app."""

import re
from typing import Any

import pytest

from tests.test_agreement import INGEST
from tests.test_function_app import INDEX, run_in_process
from tools.infra.compiler import REPOSITORY


@pytest.fixture(scope="module")
def triggers() -> dict[str, dict[str, Any]]:
    return {name: trigger for name, trigger, _ in run_in_process(INDEX, {})}


def queries() -> dict[str, str]:
    return {path.name: path.read_text() for path in (REPOSITORY / "infra/kql").glob("*.kql")}


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
