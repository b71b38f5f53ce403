"""One tab of the workbook as a picture."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tools.kql.engine import Insights
from tools.kql.parameters import GRAIN
from tools.workbook.content import TITLE
from tools.workbook.items import Chart, Item, Tab, Table, Tiles, query_file
from tools.workbook.picture import chart, svg, table

WIDTH = 1360
_OF_THE_HOST = re.compile(r"^\s*(requests|exceptions|traces)$", re.MULTILINE)
_EDGE, _GAP, _HEAD = 24, 20, 92


@dataclass(frozen=True, slots=True)
class Source:
    """What is drawn.

    Attributes:
        insights: the rows.
        first: the beginning of the time chosen, UTC.
        end: its end.
        step: of the time axis.
        label: what must be said of where the rows come from.
    """

    insights: Insights
    first: datetime
    end: datetime
    step: timedelta
    label: str

    def rows(self, item: Item) -> list[dict[str, Any]]:
        """Return the rows of an item's query."""
        text = query_file(item.query).read_text()
        values = {GRAIN: self.grain}
        found = self.insights.run(text, first=self.first, end=self.end, values=values)
        return found.records()

    @property
    def grain(self) -> str:
        """The step as KQL writes it."""
        return f"{round(self.step / timedelta(minutes=1))}m"


def page(tab: Tab, source: Source) -> str:
    """Return a tab as an SVG document."""
    pieces: list[str] = []
    palette = chart.Palette()
    y, abreast = float(_HEAD), False
    for item in tab.items:
        rows = source.rows(item)
        if isinstance(item, Chart):
            x = WIDTH / 2 + _GAP / 2 if abreast else float(_EDGE)
            pieces += _chart(item, rows, source, palette, x=x, y=y)
            y += chart.HEIGHT + _GAP if abreast else 0
            abreast = not abreast
            continue
        if abreast:
            y, abreast = y + chart.HEIGHT + _GAP, False
        pieces += _block(item, rows, y=y)
        y += _height(item, rows)
    height = round(y + (chart.HEIGHT if abreast else 0)) + _EDGE
    return svg.document([*_head(tab, source), *pieces], width=WIDTH, height=height)


def _head(tab: Tab, source: Source) -> Iterator[str]:
    yield svg.text(_EDGE, 36, f"{TITLE} — {tab.name}", size=20)
    span = f"{source.first:%Y-%m-%d %H:%M} to {source.end:%Y-%m-%d %H:%M} UTC, all models"
    yield svg.text(_EDGE, 58, span, fill=svg.FAINT)
    yield svg.text(_EDGE, 76, source.label, fill="#a4262c")


def _chart(
    item: Chart,
    rows: list[dict[str, Any]],
    source: Source,
    palette: chart.Palette,
    *,
    x: float,
    y: float,
) -> Iterator[str]:
    daily = item.query == "cost/daily"
    return chart.drawn(
        item,
        rows,
        x=x,
        y=y,
        width=WIDTH / 2 - _EDGE - _GAP / 2,
        step=timedelta(days=1) if daily else source.step,
        first=source.first,
        end=source.end,
        title=item.heading.replace("{TimeRange:grain}", source.grain),
        palette=palette,
        nothing=_nothing(item),
    )


def _height(item: Table | Tiles, rows: list[dict[str, Any]]) -> float:
    if isinstance(item, Tiles):
        return table.TILES
    return table.table_height(item, rows, WIDTH - 2 * _EDGE)


def _block(item: Table | Tiles, rows: list[dict[str, Any]], *, y: float) -> Iterator[str]:
    width = WIDTH - 2 * _EDGE
    if isinstance(item, Tiles):
        return table.tiles(rows, x=_EDGE, y=y, width=width)
    return table.table(item, rows, x=_EDGE, y=y, width=width, nothing=_nothing(item))


def _nothing(item: Item) -> str:
    """Return what stands where an item has no rows."""
    if _OF_THE_HOST.search(query_file(item.query).read_text()):
        return "Told by Azure Functions itself, which is not there in a local rendering."
    return "Nothing in the time chosen."
