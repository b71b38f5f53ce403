"""A chart over time: lines, stacked bars or areas, with a legend."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tools.workbook.items import Chart, Kind
from tools.workbook.picture import svg
from tools.workbook.picture.numbers import short, steps

HEIGHT = 250
_LEFT, _TOP, _BOTTOM, _RIGHT = 52, 34, 46, 12
_LEGEND = 8
type Points = dict[datetime, float]


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
) -> Iterator[str]:
    """Yield the pieces of a chart."""
    yield svg.text(x, y + 16, svg.clipped(title, width, size=13), size=13)
    series = _series(chart, rows)
    if not series:
        yield svg.text(x, y + 60, "Nothing in the time chosen.", fill=svg.FAINT)
        return
    highest = _highest(chart, series)
    plot = Plot(x, y, width, first, end, steps(highest))
    yield from _axes(plot)
    if chart.kind is Kind.BARS:
        yield from _bars(plot, series, step)
    else:
        yield from _lines(plot, series, filled=chart.kind is Kind.AREA)
    if chart.group:
        yield from _legend(list(series), x=x, y=y, width=width)


def _series(chart: Chart, rows: Sequence[dict[str, Any]]) -> dict[str, Points]:
    series: dict[str, Points] = {}
    for row in rows:
        name = str(row[chart.group]) if chart.group else ""
        if row[chart.value] is not None:
            series.setdefault(name, {})[row["timestamp"]] = float(row[chart.value])
    return dict(sorted(series.items()))


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


def _bars(plot: Plot, series: dict[str, Points], step: timedelta) -> Iterator[str]:
    below: Points = {}
    for points, colour in zip(series.values(), _colours(), strict=False):
        for at, value in points.items():
            start, top = below.get(at, 0.0), below.get(at, 0.0) + value
            left, right = plot.across(max(at, plot.first)), plot.across(min(at + step, plot.end))
            height = plot.up(start) - plot.up(top)
            yield svg.rectangle(left, plot.up(top), max(1.0, right - left - 1), height, fill=colour)
            below[at] = top


def _lines(plot: Plot, series: dict[str, Points], *, filled: bool) -> Iterator[str]:
    for points, colour in zip(series.values(), _colours(), strict=False):
        places = [(plot.across(at), plot.up(value)) for at, value in sorted(points.items())]
        if filled:
            base = plot.up(0)
            area = [(places[0][0], base), *places, (places[-1][0], base)]
            yield svg.path(area, colour=colour, fill=True)
        yield svg.path(places, colour=colour)
        if len(places) == 1:
            yield svg.rectangle(places[0][0] - 3, places[0][1] - 3, 6, 6, fill=colour)


def _legend(names: Sequence[str], *, x: float, y: float, width: float) -> Iterator[str]:
    shown = names[:_LEGEND]
    room = (width - _LEFT) / max(1, len(shown))
    for at, (name, colour) in enumerate(zip(shown, _colours(), strict=False)):
        left = x + _LEFT + at * room
        yield svg.rectangle(left, y + HEIGHT - 20, 10, 10, fill=colour)
        yield svg.text(
            left + 14,
            y + HEIGHT - 11,
            svg.clipped(name, room - 18, size=11),
            size=11,
            fill=svg.FAINT,
        )


def _colours() -> Iterator[str]:
    while True:
        yield from svg.COLOURS
