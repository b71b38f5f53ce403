"""Tables and tiles."""

from collections.abc import Iterator, Sequence
from typing import Any

from tools.workbook.items import Table
from tools.workbook.picture import svg
from tools.workbook.picture.numbers import spoken
from tools.workbook.units import TEXT, TIME

ROW, HEAD = 22, 44
TILES = 84
_MOST = 9


def table_height(rows: Sequence[object]) -> int:
    """Return how high a table of some rows is."""
    return HEAD + ROW * (1 + min(max(1, len(rows)), _MOST)) + 18


def table(
    item: Table, rows: Sequence[dict[str, Any]], *, x: float, y: float, width: float
) -> Iterator[str]:
    """Yield the pieces of a table; of many rows, the first ones."""
    more = f" — first {_MOST} of {len(rows)} rows" if len(rows) > _MOST else ""
    yield svg.text(x, y + 16, item.title + more, size=13)
    texts = [
        {name: spoken(row[name], column.unit) for name, column in item.shown.items()}
        for row in rows[:_MOST]
    ]
    widths = _widths(item, texts, width)
    yield svg.rectangle(x, y + 26, width, ROW, fill="#f3f2f1")
    left = x
    for name, column in item.shown.items():
        room = widths[name]
        numeric = column.unit not in (TEXT, TIME)
        yield _cell(column.header, left, y + 26, room, numeric=numeric, fill=svg.FAINT)
        for at, row in enumerate(texts):
            yield _cell(row[name], left, y + 26 + ROW * (at + 1), room, numeric=numeric)
        left += room
    for at in range(len(texts) + 1):
        yield svg.line(x, y + 26 + ROW * (at + 1), x + width, y + 26 + ROW * (at + 1))
    if not rows:
        yield svg.text(x + 6, y + 26 + ROW + 15, "Nothing in the time chosen.", fill=svg.FAINT)


def tiles(rows: Sequence[dict[str, Any]], *, x: float, y: float, width: float) -> Iterator[str]:
    """Yield the pieces of a row of tiles."""
    room = width / max(1, len(rows))
    for at, row in enumerate(rows):
        left = x + at * room
        yield svg.rectangle(left, y, room - 10, TILES - 14, fill=svg.PAPER, edge=svg.GRID)
        yield svg.text(left + 10, y + 20, svg.clipped(row["tile"], room - 26), fill=svg.FAINT)
        value = row["value"]
        words = "" if value is None else f"{value:,.2f}".rstrip("0").rstrip(".")
        yield svg.text(left + 10, y + 52, words, size=24)


def _cell(
    words: str, left: float, top: float, room: float, *, numeric: bool, fill: str = svg.INK
) -> str:
    fitting = svg.clipped(words, room - 10, size=11)
    if numeric:
        return svg.text(left + room - 8, top + 15, fitting, size=11, fill=fill, anchor="end")
    return svg.text(left + 4, top + 15, fitting, size=11, fill=fill)


def _widths(item: Table, texts: Sequence[dict[str, str]], width: float) -> dict[str, float]:
    """Share the width by what columns hold; long texts give way."""
    wanted: dict[str, float] = {}
    for name, column in item.shown.items():
        longest = max([len(column.header), 6, *(len(row[name]) for row in texts)])
        # Times are short, and of no use when cut.
        wanted[name] = 14.0 if column.unit is TIME else min(46, longest)
    total = sum(wanted.values())
    return {name: width * size / total for name, size in wanted.items()}
