"""Looking for anomalies in usage: its spend by model and application, judged and attributed.

What is judged is held against the weeks before it at the prices of the day before, so that a price
that changed shows as such. The hours of a week are replayed from the same Monday on, so that an
hour gets the same score whenever it is judged.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

import numpy as np

from shared.domain import label
from shared.domain.cost.line import CostLine
from shared.domain.cost_anomaly.anomaly import CostAnomaly, Grain, found_anomaly
from shared.domain.cost_anomaly.attribution import (
    DAYS,
    HOURS,
    Season,
    attribution,
    most_specific,
)
from shared.domain.cost_anomaly.grid import Cell, SpendGrid, spend_grid
from shared.domain.cost_anomaly.judging import Unusual, unusual_day, unusual_hours
from shared.domain.spend.spend_days import missing_days
from shared.domain.spend.usage import Usage, token_cost
from shared.domain.timeline import DAY_M, HOUR_M, day_of, day_start, instant

_BEFORE_DAYS = 28
_GROUPS = (label.MODEL, label.APPLICATION)


def hours_from(judged: int) -> int:
    """Return the minute from which on hours are needed to judge one: a Monday four weeks before."""
    day = day_of(judged) - timedelta(days=_BEFORE_DAYS)
    return day_start(day - timedelta(days=day.weekday()))


def found_hours(usage: Usage, first: int, now: datetime) -> list[CostAnomaly]:
    """Return the anomalies of the hours from a minute on.

    Args:
        usage: by hour, from `hours_from(first)` on, to the end of the last hour judged.
        first: where the first hour judged begins.
        now: the clock, UTC.
    """
    found: list[CostAnomaly] = []
    for day in sorted({day_of(start) for start in range(first, usage.span.end, HOUR_M)}):
        begin = max(first, day_start(day))
        end = min(usage.span.end, day_start(day) + DAY_M)
        part = usage.between(hours_from(begin), end)
        grid = _grid(part, day - timedelta(days=1), begin, HOUR_M)
        judged = np.flatnonzero(grid.starts >= begin).tolist()
        unusual = unusual_hours(grid, judged)
        found += _told(unusual, grid, HOURS, Grain.HOUR, now)
    return found


def found_day(usage: Usage, start: int, now: datetime) -> list[CostAnomaly]:
    """Return the anomalies of a day.

    Args:
        usage: by day, of that day and of the time before it.
        start: where the day begins.
        now: the clock, UTC.
    """
    part = usage.between(usage.span.first, start + DAY_M)
    grid = _grid(part, day_of(start) - timedelta(days=1), start, DAY_M)
    first = day_of(int(grid.starts[0]))
    unusual = unusual_day(grid, first, len(grid.starts) - 1)
    return _told(unusual, grid, DAYS, Grain.DAY, now)


def _grid(usage: Usage, priced_on: date, judged: int, step_m: int) -> SpendGrid:
    starts = np.arange(min(usage.heard(), default=judged), usage.span.end, step_m)
    usual = _by_cell(usage.lines({}, _GROUPS, priced_on=priced_on))
    paid = _by_cell(usage.between(judged, usage.span.end).lines({}, _GROUPS))
    silent: list[int] = []
    if step_m == DAY_M:
        heard = {day_of(start) for start in usage.heard()}
        silent = [day_start(day) for day in missing_days(heard, day_of(usage.span.end))]
    return spend_grid(starts, usual, paid, silent)


def _by_cell(lines: Iterable[CostLine]) -> dict[Cell, dict[int, float]]:
    found: dict[Cell, dict[int, float]] = {}
    for line in lines:
        own = dict(line.labels)
        cell = Cell(own[label.MODEL], own[label.APPLICATION])
        found.setdefault(cell, {})[line.start] = float(token_cost(line))
    return found


def _told(
    unusual: Sequence[Unusual], grid: SpendGrid, season: Season, grain: Grain, now: datetime
) -> list[CostAnomaly]:
    found: list[CostAnomaly] = []
    for at in sorted({each.at for each in unusual}):
        here = [each for each in unusual if each.at == at]
        found += [
            found_anomaly(
                each,
                attribution(each, grid, season),
                grain=grain,
                start=instant(int(grid.starts[at])),
                now=now,
            )
            for each in most_specific(here, grid, season)
        ]
    return found
