"""A chart over time: lines, stacked bars or areas, with a legend."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tools.workbook.items import Chart, Kind
from tools.workbook.picture import svg
from tools.workbook.picture.numbers import short, steps

HEIGHT = 268
_LEFT, _TOP, _BOTTOM, _RIGHT = 52, 34, 64, 12
# More series than these become one, so that each can be told by its colour.
_MOST = 9
_OTHERS = "others"
_ROW, _NAME = 16, 190
type Points = dict[datetime, float]


class Palette:
    """Colours of a page: a name has the same one in each of its charts."""

    def __init__(self) -> None:
        """Begin with no name."""
        self._names: dict[str, str] = {}

    def __getitem__(self, name: str) -> str:
        """Return the colour of a series."""
        free = svg.COLOURS[len(self._names) % len(svg.COLOURS)]
        return self._names.setdefault(name, free)


@dataclass(frozen=True, slots=True)
class Plot:
    """Where values come to stand.

    Attributes:
        x: the left edge of the chart.
        y: its upper edge.
        width: of the chart.
        first: the first time.
        end: the time after the last.
        marks: values of the axis, ascending.
    """

    x: float
    y: float
    width: float
    first: datetime
    end: datetime
    marks: Sequence[float]

    def across(self, at: datetime) -> float:
        """Return where a time stands."""
        share = (at - self.first) / (self.end - self.first)
        return self.x + _LEFT + share * (self.width - _LEFT - _RIGHT)

    def up(self, value: float) -> float:
        """Return where a value stands."""
        room = HEIGHT - _TOP - _BOTTOM
        return self.y + _TOP + room * (1 - value / self.marks[-1])


def drawn(
    chart: Chart,
    rows: Sequence[dict[str, Any]],
    *,
    x: float,
    y: float,
    width: float,
    step: timedelta,
    first: datetime,
    end: datetime,
    title: str,
    palette: Palette,
    nothing: str,
) -> Iterator[str]:
    """Yield the pieces of a chart; of one without rows, what is said then."""
    yield svg.text(x, y + 16, svg.clipped(title, width, size=13), size=13)
    series = _series(chart, rows)
    if not series:
        yield svg.text(x, y + 60, nothing, fill=svg.FAINT)
        return
    if chart.kind is Kind.BARS:
        series = _fewer(series)
    plot = Plot(x, y, width, first, end, steps(_highest(chart, series)))
    yield from _axes(plot)
    if chart.kind is Kind.BARS:
        yield from _bars(plot, series, step, palette)
    else:
        yield from _lines(plot, series, palette, filled=chart.kind is Kind.AREA)
    if chart.group:
        names = {name: _legend_name(name, points, chart.kind) for name, points in series.items()}
        yield from _legend(names, palette, x=x, y=y, width=width)


def _series(chart: Chart, rows: Sequence[dict[str, Any]]) -> dict[str, Points]:
    series: dict[str, Points] = {}
    for row in rows:
        name = str(row[chart.group]) if chart.group else ""
        if row[chart.value] is not None:
            series.setdefault(name, {})[row["timestamp"]] = float(row[chart.value])
    return dict(sorted(series.items()))


def _fewer(series: dict[str, Points]) -> dict[str, Points]:
    """Return the largest series, and the sum of all others."""
    ranked = sorted(series, key=lambda name: -sum(series[name].values()))
    kept = {name: series[name] for name in sorted(ranked[:_MOST])}
    others: Points = {}
    for name in ranked[_MOST:]:
        for at, value in series[name].items():
            others[at] = others.get(at, 0) + value
    return {**kept, _OTHERS: others} if others else kept


def _highest(chart: Chart, series: dict[str, Points]) -> float:
    if chart.kind is not Kind.BARS:
        return max(max(points.values()) for points in series.values())
    sums: Points = {}
    for points in series.values():
        for at, value in points.items():
            sums[at] = sums.get(at, 0) + value
    return max(sums.values())


def _axes(plot: Plot) -> Iterator[str]:
    right = plot.x + plot.width - _RIGHT
    for mark in plot.marks:
        height = plot.up(mark)
        yield svg.line(plot.x + _LEFT, height, right, height)
        yield svg.text(
            plot.x + _LEFT - 6, height + 4, short(mark), size=10, fill=svg.FAINT, anchor="end"
        )
    for at in range(5):
        moment = plot.first + (plot.end - plot.first) * at / 4
        yield svg.text(
            plot.across(moment),
            plot.up(0) + 14,
            f"{moment:%H:%M}",
            size=10,
            fill=svg.FAINT,
            anchor="middle",
        )


def _bars(
    plot: Plot, series: Mapping[str, Points], step: timedelta, palette: Palette
) -> Iterator[str]:
    below: Points = {}
    for name, points in series.items():
        colour = palette[name]
        for at, value in points.items():
            start, top = below.get(at, 0.0), below.get(at, 0.0) + value
            left, right = plot.across(max(at, plot.first)), plot.across(min(at + step, plot.end))
            height = plot.up(start) - plot.up(top)
            yield svg.rectangle(left, plot.up(top), max(1.0, right - left - 1), height, fill=colour)
            below[at] = top


def _lines(
    plot: Plot, series: Mapping[str, Points], palette: Palette, *, filled: bool
) -> Iterator[str]:
    for name, points in series.items():
        colour = palette[name]
        places = [(plot.across(at), plot.up(value)) for at, value in sorted(points.items())]
        if filled:
            base = plot.up(0)
            area = [(places[0][0], base), *places, (places[-1][0], base)]
            yield svg.path(area, colour=colour, fill=True)
        yield svg.path(places, colour=colour)
        if len(places) == 1:
            yield svg.rectangle(places[0][0] - 3, places[0][1] - 3, 6, 6, fill=colour)


def _legend_name(name: str, points: Points, kind: Kind) -> str:
    """Return a name as the legend says it, with its value where a line is a single point."""
    clipped = svg.clipped(name, _NAME, size=11)
    if kind is not Kind.LINES or len(points) != 1:
        return clipped
    (value,) = points.values()
    return f"{clipped} {value:,.0f}" if abs(value) >= 100 else f"{clipped} {value:.3g}"


def _legend(
    names: Mapping[str, str], palette: Palette, *, x: float, y: float, width: float
) -> Iterator[str]:
    """Yield names with their colours, in as many lines as they take."""
    left, top = x + _LEFT, y + HEIGHT - _BOTTOM + 22
    for name, words in names.items():
        room = 14 + svg.width_of(words, size=11) + 14
        if left + room > x + width and left > x + _LEFT:
            left, top = x + _LEFT, top + _ROW
        yield svg.rectangle(left, top, 10, 10, fill=palette[name])
        yield svg.text(left + 14, top + 9, words, size=11, fill=svg.FAINT)
        left += room
