"""Tables and tiles."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tools.workbook.columns import Column
from tools.workbook.items import Table
from tools.workbook.picture import svg
from tools.workbook.picture.numbers import spoken
from tools.workbook.units import TEXT, TIME

ROW, TITLE, BELOW = 22, 26, 22
TILES = 84
_MOST, _LINE, _SIZE, _PAD = 9, 14, 11, 14
# The narrowest a column of text may become where there is not enough room for all.
_LEAST = 52.0

type Cells = Sequence[Mapping[str, str]]


def cells_of(item: Table, rows: Sequence[Mapping[str, Any]]) -> Cells:
    """Return the texts of the first rows."""
    return [
        {name: spoken(row[name], column.unit) for name, column in item.shown.items()}
        for row in rows[:_MOST]
    ]


def table_height(item: Table, rows: Sequence[Mapping[str, Any]], width: float) -> float:
    """Return how high the table of some rows is."""
    cells = cells_of(item, rows)
    head = _head_height(item, widths(item.shown, cells, width))
    return TITLE + head + ROW * max(1, len(cells)) + BELOW


def table(
    item: Table,
    rows: Sequence[Mapping[str, Any]],
    *,
    x: float,
    y: float,
    width: float,
    nothing: str,
) -> Iterator[str]:
    """Yield the pieces of a table; of many rows, the first ones; of none, what is said then."""
    more = f" — first {_MOST} of {len(rows)} rows" if len(rows) > _MOST else ""
    yield svg.text(x, y + 16, item.title + more, size=13)
    cells = cells_of(item, rows)
    room = widths(item.shown, cells, width)
    head = _head_height(item, room)
    top = y + TITLE
    yield svg.rectangle(x, top, width, head, fill="#f3f2f1")
    left = x
    for name, column in item.shown.items():
        numeric = column.unit not in (TEXT, TIME)
        for at, line in enumerate(header_lines(column, room[name])):
            place = top + _LINE * at + 2
            yield _cell(line, left, place, room[name], numeric=numeric, fill=svg.FAINT)
        for at, row in enumerate(cells):
            yield _cell(row[name], left, top + head + ROW * at, room[name], numeric=numeric)
        left += room[name]
    for at in range(max(1, len(cells)) + 1):
        yield svg.line(x, top + head + ROW * at, x + width, top + head + ROW * at)
    if not rows:
        yield svg.text(x + 6, top + head + 15, nothing, fill=svg.FAINT)


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


def widths(shown: Mapping[str, Column], cells: Cells, width: float) -> dict[str, float]:
    """Share the width: numbers, times and headers whole, long texts what is left.

    Args:
        shown: the columns by name.
        cells: the texts of the rows.
        width: of the table.
    """
    least, wanted = {}, {}
    for name, column in shown.items():
        words = max(svg.width_of(word, size=_SIZE) for word in column.header.split())
        longest = max([0.0, *(svg.width_of(row[name], size=_SIZE) for row in cells)])
        wanted[name] = max(words, longest) + _PAD
        cut = column.unit is TEXT
        least[name] = max(words + _PAD, min(wanted[name], _LEAST)) if cut else wanted[name]
    spare = width - sum(wanted.values())
    if spare >= 0:
        return {name: size + spare / len(wanted) for name, size in wanted.items()}
    ceiling = max(wanted.values())
    while ceiling > _LEAST and _total(least, wanted, ceiling) > width:
        ceiling -= 4
    shared = {name: max(least[name], min(size, ceiling)) for name, size in wanted.items()}
    widest = max(shared, key=lambda name: wanted[name] - shared[name])
    shared[widest] += max(0.0, width - sum(shared.values()))
    return shared


def _total(least: Mapping[str, float], wanted: Mapping[str, float], ceiling: float) -> float:
    return sum(max(least[name], min(size, ceiling)) for name, size in wanted.items())


def header_lines(column: Column, room: float) -> list[str]:
    """Return a column's title and unit in lines that fit its room."""
    return svg.wrapped(column.header, room - _PAD + 2, size=_SIZE)


def _head_height(item: Table, room: Mapping[str, float]) -> float:
    lines = max(len(header_lines(column, room[name])) for name, column in item.shown.items())
    return 8.0 + _LINE * lines


def _cell(
    words: str, left: float, top: float, room: float, *, numeric: bool, fill: str = svg.INK
) -> str:
    fitting = svg.clipped(words, room - 6, size=_SIZE)
    if numeric:
        return svg.text(left + room - 8, top + 15, fitting, size=_SIZE, fill=fill, anchor="end")
    return svg.text(left + 4, top + 15, fitting, size=_SIZE, fill=fill)
