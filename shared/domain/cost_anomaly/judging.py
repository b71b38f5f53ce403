"""Whether an hour or a day cost far more, or a day far less, than is usual for it.

An hour's band is that of the streaming detector (decision 0007), which replays the weeks before it,
half as wide again. A day's is three times the 80 % band of its forecast. What is outside also has
to exceed it by a share of a mean day's spend: 1 % for an hour, 5 % for a day. Hours are judged
upwards only: an application that rests is no news, and an outage has alerts of its own. What that
finds and how often it errs: docs/benchmarks.md, decision 0016.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from shared.domain.anomaly.detector import Detector
from shared.domain.cost_anomaly.grid import EVERYTHING, Scope, SpendGrid
from shared.domain.forecast.daily_series import DailySeries
from shared.domain.forecast.forecasting import forecast
from shared.domain.packing import Floats
from shared.domain.timeline import DAY_M, HOUR_M

HOUR_SHARE = 0.01
DAY_SHARE = 0.05
HOUR_REACHES = 1.5
LEARNED_HOURS = 100
"""Of a scope, before any of its hours is judged: what is usual has to be seen first."""
DAY_REACHES = 3.0
_FEWEST_DAYS = 21
_MINUTE_S = 60
_DAY_HOURS = DAY_M // HOUR_M


@dataclass(frozen=True, slots=True)
class Unusual:
    """A step of a scope that is far outside its band.

    Attributes:
        scope: what is unusual.
        at: the step's column.
        value: US dollars paid.
        low: the lower end of the band.
        high: its upper end.
        by_price: US dollars of the value that changed prices make up.
    """

    scope: Scope
    at: int
    value: float
    low: float
    high: float
    by_price: float

    @property
    def is_above(self) -> bool:
        """Tell whether it is more than usual."""
        return self.value > self.high

    @property
    def excess(self) -> float:
        """Return by how many US dollars it is outside the band, above 0."""
        return self.value - self.high if self.is_above else self.low - self.value


def unusual_hours(grid: SpendGrid, judged: Sequence[int]) -> list[Unusual]:
    """Return what is unusual of the hours judged, by scope.

    Args:
        grid: hours.
        judged: their columns, ascending.
    """
    least = HOUR_SHARE * _mean_day(grid, judged, _DAY_HOURS)
    return [
        each
        for scope in grid.scopes()
        for each in _hours_of(grid, scope, judged, least)
        if each.excess >= least > 0
    ]


def unusual_day(grid: SpendGrid, first: date, judged: int) -> list[Unusual]:
    """Return the scopes of which a day is unusual.

    Args:
        grid: days.
        first: the day of the first column.
        judged: the column of the day.
    """
    least = DAY_SHARE * _mean_day(grid, [judged], 1)
    found = (_day_of(grid, scope, first, judged, least) for scope in grid.scopes())
    return [each for each in found if each is not None and each.excess >= least > 0]


def _mean_day(grid: SpendGrid, judged: Sequence[int], steps: int) -> float:
    """Return the mean spend of a day before what is judged; 0 where nothing is known."""
    before = grid.usual_of(EVERYTHING)[: judged[0]] if judged else np.empty(0)
    known = before[~np.isnan(before)]
    return float(known.mean()) * steps if len(known) else 0.0


def _hours_of(
    grid: SpendGrid, scope: Scope, judged: Sequence[int], least: float
) -> Iterator[Unusual]:
    usual, paid = grid.usual_of(scope), grid.paid_of(scope)
    started = np.flatnonzero(usual > 0)
    # What is less than the least excess cannot exceed anything by it.
    if not len(started) or not judged or not (paid[list(judged)] >= least).any():
        return
    first = int(started[0])
    detector, wanted = Detector(), {at for at in judged if at >= first + LEARNED_HOURS}
    for at in range(first, judged[-1] + 1):
        scored = detector.score(float(grid.starts[at]) * _MINUTE_S, float(usual[at]))
        if at not in wanted or np.isnan(usual[at]) or scored.low is None or scored.high is None:
            continue
        middle, reach = (scored.high + scored.low) / 2, (scored.high - scored.low) / 2
        low, high = middle - HOUR_REACHES * reach, middle + HOUR_REACHES * reach
        value = float(paid[at])
        if value > high:
            yield Unusual(scope, at, value, max(low, 0.0), high, value - float(usual[at]))


def _day_of(
    grid: SpendGrid, scope: Scope, first: date, judged: int, least: float
) -> Unusual | None:
    usual, value = grid.usual_of(scope), float(grid.paid_of(scope)[judged])
    begun = np.flatnonzero(usual[:judged] > 0)
    if np.isnan(usual[judged]) or not len(begun):
        return None
    past: Floats = usual[int(begun[0]) : judged]
    if np.count_nonzero(~np.isnan(past)) < _FEWEST_DAYS:
        return None
    if value < least and float(np.nanmax(past)) < least:
        return None
    day = date.fromordinal(first.toordinal() + int(begun[0]))
    ahead = forecast(DailySeries(day, past), 1)
    mean = float(ahead.mean[0])
    low = max(mean - DAY_REACHES * (mean - float(ahead.lo80[0])), ahead.floor)
    high = mean + DAY_REACHES * (float(ahead.hi80[0]) - mean)
    if low <= value <= high:
        return None
    return Unusual(scope, judged, value, low, high, value - float(usual[judged]))
