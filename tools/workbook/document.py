"""The workbook as the JSON document that Azure Monitor takes.

Form: the JSON schema of https://github.com/microsoft/Application-Insights-Workbooks. The resource
id of Application Insights stands as `{insights}`, which Bicep fills in.
"""

import hashlib
import json
import uuid
from collections.abc import Sequence
from typing import Any

from tools.workbook.content import TABS
from tools.workbook.items import QUERIES, Chart, Item, Tab, Table, Tiles, query_file
from tools.workbook.units import OWN, TEXT, TIME

type Json = dict[str, Any]

FILE = QUERIES / "foundry-monitor.json"
_SCHEMA = (
    "https://github.com/Microsoft/Application-Insights-Workbooks/blob/master/schema/workbook.json"
)
_TIME = "TimeRange"
_HOURS_MS = 3_600_000
_RANGES_MS = [each * _HOURS_MS for each in (1, 4, 12, 24, 48, 7 * 24, 14 * 24, 30 * 24)]
_SOURCE = {"queryType": 0, "resourceType": "microsoft.insights/components"}


def document() -> str:
    """Return the document, indented for readers."""
    whole = {
        "version": "Notebook/1.0",
        "items": [_parameters(), _links(TABS), *map(_group, TABS)],
        "fallbackResourceIds": ["{insights}"],
        "$schema": _SCHEMA,
    }
    return json.dumps(whole, indent=2, ensure_ascii=False) + "\n"


def _parameters() -> Json:
    choices = [_choice(name) for name in ("Model", "Deployment", "Application")]
    content = {
        "version": "KqlParameterItem/1.0",
        "parameters": [_time_range(), *choices],
        "style": "above",
        **_SOURCE,
    }
    return {"type": 9, "content": content, "name": "parameters"}


def _time_range() -> Json:
    return {
        "id": _id(_TIME),
        "version": "KqlParameterItem/1.0",
        "name": _TIME,
        "label": "Time",
        "type": 4,
        "isRequired": True,
        "typeSettings": {
            "selectableValues": [{"durationMs": each} for each in _RANGES_MS],
            "allowCustom": True,
        },
        "value": {"durationMs": 24 * _HOURS_MS},
    }


def _choice(name: str) -> Json:
    """Return a list to choose from; `*` stands for all, and values come in quotes."""
    return {
        "id": _id(name),
        "version": "KqlParameterItem/1.0",
        "name": name,
        "type": 2,
        "isRequired": True,
        "multiSelect": True,
        "quote": "'",
        "delimiter": ",",
        "query": query_file(f"parameters/{name.lower()}").read_text(),
        "typeSettings": {
            "additionalResourceOptions": ["value::all"],
            "selectAllValue": "*",
            "showDefault": False,
        },
        "timeContextFromParameter": _TIME,
        "defaultValue": "value::all",
        "value": ["value::all"],
        **_SOURCE,
    }


def _links(tabs: Sequence[Tab]) -> Json:
    links = [
        {
            "id": _id(tab.name),
            "cellValue": "tab",
            "linkTarget": "parameter",
            "linkLabel": tab.name,
            "subTarget": tab.name.lower(),
            "style": "link",
        }
        for tab in tabs
    ]
    content = {"version": "LinkItem/1.0", "style": "tabs", "links": links}
    return {"type": 11, "content": content, "name": "tabs"}


def _group(tab: Tab) -> Json:
    text = {"type": 1, "content": {"json": tab.text}, "name": f"{tab.name.lower()} text"}
    items = [text, *(_item(item, tab) for item in tab.items)]
    return {
        "type": 12,
        "content": {"version": "NotebookGroup/1.0", "groupType": "editable", "items": items},
        "conditionalVisibility": {
            "parameterName": "tab",
            "comparison": "isEqualTo",
            "value": tab.name.lower(),
        },
        "name": tab.name.lower(),
    }


def _item(item: Item, tab: Tab) -> Json:
    content = {
        "version": "KqlItem/1.0",
        "query": query_file(item.query).read_text(),
        "size": 0,
        "title": item.heading,
        "noDataMessage": "Nothing in the time chosen.",
        "timeContextFromParameter": _TIME,
        **_SOURCE,
        **_settings(item),
    }
    # A query may stand on two tabs; a name stands once in a workbook.
    whole: Json = {"type": 3, "content": content, "name": f"{tab.name.lower()} {item.query}"}
    if isinstance(item, Chart):
        whole |= {"customWidth": "50", "styleSettings": {"maxWidth": "50%"}}
    return whole


def _settings(item: Item) -> Json:
    match item:
        case Chart():
            return _chart(item)
        case Table():
            return _table(item)
        case Tiles():
            return _tiles()


def _chart(chart: Chart) -> Json:
    settings: Json = {
        "xAxis": "timestamp",
        "yAxis": [chart.value],
        "showLegend": True,
        "ySettings": {"numberFormatSettings": chart.unit.number_format()},
    }
    if chart.group:
        settings |= {"group": chart.group, "createOtherGroup": 0}
    return {"visualization": chart.kind, "chartSettings": settings}


def _table(table: Table) -> Json:
    formatters = [
        {"columnMatch": f"^{name}$", "formatter": 0, "numberFormat": column.unit.number_format()}
        for name, column in table.shown.items()
        if column.unit not in (TEXT, TIME)
    ]
    labels = [{"columnId": name, "label": column.header} for name, column in table.shown.items()]
    settings = {"formatters": formatters, "labelSettings": labels, "filter": True, "rowLimit": 1000}
    return {"visualization": "table", "gridSettings": settings}


def _tiles() -> Json:
    settings = {
        "titleContent": {"columnMatch": "tile", "formatter": 1},
        "leftContent": {
            "columnMatch": "value",
            "formatter": 12,
            "formatOptions": {"palette": "none"},
            "numberFormat": OWN.number_format() | {"unit": 0},
        },
        "showBorder": True,
    }
    return {"visualization": "tiles", "tileSettings": settings}


def _id(name: str) -> str:
    """Return a GUID that is the same each time."""
    return str(uuid.UUID(bytes=hashlib.blake2b(name.encode(), digest_size=16).digest(), version=4))
