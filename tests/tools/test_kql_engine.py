"""The engine answers as Kusto documents, over rows written by hand.

https://learn.microsoft.com/kusto/query: null and empty values, percentiles by nearest rank, terms.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb_kql
import pytest

from tools.kql.engine import SCHEMAS, Insights, Row
from tools.kql.parameters import chosen, filled

T0 = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
END = T0 + timedelta(hours=1)


def metric(minute: int, name: str, value: float, model: str, deployment: str = "") -> Row:
    labels = {"model": model} | ({"deployment": deployment} if deployment else {})
    at = T0 + timedelta(minutes=minute)
    return {"timestamp": at, "name": name, "value": value, "customDimensions": labels}


def event(minute: int, name: str, properties: dict[str, str], **numbers: float) -> Row:
    at = T0 + timedelta(minutes=minute)
    return {
        "timestamp": at,
        "name": name,
        "customDimensions": properties,
        "customMeasurements": numbers,
    }


@pytest.fixture(scope="module")
def insights() -> Insights:
    return Insights(
        {
            "customMetrics": [
                metric(0, "requests", 10, "gpt-5", "a"),
                metric(1, "requests", 30, "gpt-5", "a"),
                metric(0, "requests", 5, "gpt-4"),
                metric(7, "requests", 2, "gpt-4"),
                metric(0, "cost", 1.5, "gpt-5", "a"),
            ],
            "customEvents": [
                event(0, "firing", {"id": "a", "model": "gpt-5"}, value=0.5, sequence=1),
                event(5, "state", {"id": "a", "model": "gpt-5"}, value=0.6, sequence=1),
                event(1, "firing", {"id": "b", "model": ""}, value=0.9, sequence=1),
                event(9, "over", {"id": "b", "model": ""}, sequence=2),
            ],
            "traces": [{"timestamp": T0, "message": "Executed 'Functions.rollup' (Failed, Id=1)"}],
        }
    )


CASES: dict[str, tuple[str, Sequence[tuple[Any, ...]]]] = {
    "sums by step": (
        'customMetrics | where name == "requests" | summarize n = sum(value) by bin(timestamp, 5m)'
        " | order by timestamp asc | project n",
        [(45.0,), (2.0,)],
    ),
    "a key that is not there is empty text": (
        'customEvents | where name == "over" | project tostring(customDimensions.nothing),'
        " isnull(todouble(customMeasurements.value))",
        [("", True)],
    ),
    "coalesce passes over empty text": (
        'customEvents | where name == "firing"'
        " | project id = tostring(customDimensions.id),"
        ' m = coalesce(tostring(customDimensions.model), "-")'
        " | order by id asc",
        [("a", "gpt-5"), ("b", "-")],
    ),
    "the latest of each": (
        "customEvents | summarize arg_max(timestamp, name) by id = tostring(customDimensions.id)"
        " | order by id asc | project id, name",
        [("a", "state"), ("b", "over")],
    ),
    "of none, a sum is 0 and a maximum is null": (
        'customMetrics | where name == "absent" | summarize sum(value), max(value), count()',
        [(0.0, None, 0)],
    ),
    "of none by a column there is no row": (
        'customMetrics | where name == "absent" | summarize sum(value) by name',
        [],
    ),
    "nulls are passed over": (
        "customEvents | summarize avg(todouble(customMeasurements.value)),"
        " countif(todouble(customMeasurements.value) > 0)",
        [(pytest.approx(2 / 3), 3)],
    ),
    "nulls come last downwards": (
        "customEvents | project v = todouble(customMeasurements.value) | order by v desc",
        [(0.9,), (0.6,), (0.5,), (None,)],
    ),
    "percentiles are by nearest rank": (
        "range x from 1 to 20 step 1 | summarize percentile(x, 95), percentile(x, 50)",
        [(19, 10)],
    ),
    "a left outer join keeps what has no match": (
        "let all = customMetrics | extend model = tostring(customDimensions.model);"
        ' let n = all | where name == "requests" | summarize n = sum(value) by model;'
        ' let c = all | where name == "cost" | summarize c = sum(value) by model;'
        " n | join kind=leftouter c on model | project model, n, c | order by model desc",
        [("gpt-5", 40.0, 1.5), ("gpt-4", 7.0, None)],
    ),
    "arrays become rows": (
        'print d = parse_json(\'[{"id": "x", "low": 1.5}, {"id": "y"}]\') | mv-expand d'
        " | project tostring(d.id), todouble(d.low)",
        [("x", 1.5), ("y", None)],
    ),
    "bags are packed and read": (
        'print b = bag_pack("tile", "Requests (count)", "value", 4.0)'
        " | project tostring(b.tile), todouble(b.value)",
        [("Requests (count)", 4.0)],
    ),
    "terms and parts of text": (
        'traces | where message has "(Failed" and message startswith "Executed"'
        ' | project extract(@"\'Functions\\.([^\']+)\'", 1, message), message has "Execut"',
        [("rollup", False)],
    ),
    "whole numbers are divided to whole ones": ("print 5 / 2, 5.0 / 2", [(2, 2.5)]),
    "time since is counted from the time asked at": (
        "customEvents | where timestamp > ago(52m) | project name",
        [("over",)],
    ),
    "a table not there is no fault in a fuzzy union": (
        "union isfuzzy=true customEvents, customMetrics | summarize n = count()",
        [(9,)],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_answers_are_those_that_kusto_documents(name: str, insights: Insights) -> None:
    text, expected = CASES[name]
    assert list(insights.run(text, first=T0, end=END).rows) == expected


def test_only_the_time_chosen_is_looked_at(insights: Insights) -> None:
    text = "customMetrics | summarize count()"
    for minutes, count in ((1, 3), (2, 4), (8, 5)):
        found = insights.run(text, first=T0, end=T0 + timedelta(minutes=minutes))
        assert found.rows == [(count,)]


def test_what_the_engine_does_not_know_is_refused(insights: Insights) -> None:
    text = "customMetrics | make-series n = count() on timestamp step 1m"
    with pytest.raises(duckdb_kql.KqlError, match="make-series"):
        insights.run(text, first=T0, end=END)


def test_a_column_that_no_table_has_is_refused() -> None:
    with pytest.raises(KeyError, match="no column valeu"):
        Insights({"customMetrics": [{"timestamp": T0, "valeu": 1.0}]})
    assert "value" in SCHEMAS["customMetrics"]


def test_parameters_are_filled_in_as_text() -> None:
    text = '| where "*" in ({Model}) or model in ({Model}) | summarize by bin(t, {TimeRange:grain})'
    assert filled(text) == "| where \"*\" in ('*') or model in ('*') | summarize by bin(t, 5m)"
    narrowed = filled(text, {"Model": chosen(["a", "o'b"]), "TimeRange:grain": "1h"})
    assert narrowed.count("'a','o\\'b'") == 2
    assert narrowed.endswith("bin(t, 1h)")
    with pytest.raises(KeyError, match="Modle"):
        filled("{Modle}")
