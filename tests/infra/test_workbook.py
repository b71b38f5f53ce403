"""The workbook that is deployed: titles with units, parameters as values, all queries shown."""

import json
import re
import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from tests.infra.deployment import VARIANTS, one
from tools.workbook.columns import COLUMNS
from tools.workbook.content import TABS
from tools.workbook.document import FILE
from tools.workbook.items import QUERIES, Chart, Item, Table, Tiles, query_file
from tools.workbook.units import TEXT, TIME

type Json = dict[str, Any]
WORKBOOK = "Microsoft.Insights/workbooks"
PARAMETERS = {"Model", "Deployment", "Application"}
# Budgets, and the monitor itself, belong to no model.
WITHOUT_MODEL = {"cost/budgets", "cost/forecast"}


@pytest.fixture(scope="module")
def document() -> Json:
    return dict(json.loads(FILE.read_text()))


def items() -> Iterator[Item]:
    for tab in TABS:
        yield from tab.items


def shown(document: Json) -> Iterator[Json]:
    """Yield every chart, table and tile of the document."""
    for group in document["items"]:
        for item in group["content"].get("items", ()):
            if item["type"] == 3:
                yield item


@pytest.mark.parametrize("variant", VARIANTS)
def test_it_stands_in_application_insights(variant: str, document: Json) -> None:
    found = one(variant, WORKBOOK)
    insights = one(variant, "Microsoft.Insights/components")["id"]
    assert str(uuid.UUID(found["name"])) == found["name"]
    assert found["kind"] == "shared"
    assert found["properties"]["sourceId"] == insights
    deployed = json.loads(found["properties"]["serializedData"])
    assert deployed == document | {"fallbackResourceIds": [insights]}


def test_it_has_a_tab_for_each_question() -> None:
    names = [tab.name for tab in TABS]
    assert names == ["Overview", "Models", "Alerts", "Degradation", "Cost", "Ingest"]


def test_every_chart_is_titled_with_its_unit(document: Json) -> None:
    charts = [item["content"] for item in shown(document) if "chartSettings" in item["content"]]
    assert len(charts) == sum(isinstance(item, Chart) for item in items())
    for chart in charts:
        assert re.search(r"\((count|ms|s|%|tokens|USD)[^)]*\)$", chart["title"]), chart["title"]


def test_every_column_of_numbers_is_titled_with_its_unit(document: Json) -> None:
    tables = [item["content"] for item in shown(document) if "gridSettings" in item["content"]]
    assert len(tables) == sum(isinstance(item, Table) for item in items())
    for table in tables:
        settings = table["gridSettings"]
        numbers = {each["columnMatch"].strip("^$") for each in settings["formatters"]}
        for label in settings["labelSettings"]:
            named = label["label"].endswith(")")
            assert named == (label["columnId"] in numbers), label


def test_every_tile_is_titled_with_its_unit() -> None:
    (tiles,) = (item for item in items() if isinstance(item, Tiles))
    titles = re.findall(r'"tile", "([^"]+)"', query_file(tiles.query).read_text())
    assert len(titles) == 6
    assert all(re.search(r"\((count|ms|%|USD)[^)]*\)$", title) for title in titles)


def test_a_name_of_a_column_says_its_unit() -> None:
    suffixes = {"_ms": "ms", "_usd": "USD", "_percent": "%", "_s": "s", "_minutes": "minutes"}
    for name, column in COLUMNS.items():
        for suffix, unit in suffixes.items():
            if name.endswith(suffix) and column.unit not in (TEXT, TIME):
                assert column.unit.name == unit, name


def test_parameters_are_used_as_values(document: Json) -> None:
    for item in shown(document):
        query = item["content"]["query"]
        for found in re.finditer(r"(.{12})\{([^}]+)\}", query):
            before, name = found.groups()
            value = name in PARAMETERS and before.endswith(" in (")
            step = name == "TimeRange:grain" and before.endswith("timestamp, ")
            assert value or step, found[0]


def test_a_choice_of_models_narrows_everything_that_has_a_model(document: Json) -> None:
    for item in shown(document):
        query, name = item["content"]["query"], item["name"].split(" ")[1]
        if name.startswith("ingest/") or name in WITHOUT_MODEL:
            continue
        assert '"*" in ({Model}) or model in ({Model})' in query, name


def test_the_time_chosen_narrows_everything(document: Json) -> None:
    for item in shown(document):
        assert item["content"]["timeContextFromParameter"] == "TimeRange"


def test_every_query_is_shown_and_no_name_stands_twice(document: Json) -> None:
    files = {str(path.relative_to(QUERIES).with_suffix("")) for path in QUERIES.rglob("*.kql")}
    chosen = {f"parameters/{name.lower()}" for name in PARAMETERS}
    assert files == {item.query for item in items()} | chosen
    names = [item["name"] for item in shown(document)]
    assert len(names) == len(set(names))


def test_every_column_that_is_known_is_shown() -> None:
    used = {name for item in items() if isinstance(item, Table) for name in item.shown}
    assert used == COLUMNS.keys()
