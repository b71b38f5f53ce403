"""How often a trend is said where there is none: seeded weeks with first-order noise, no slope.

Beside it the same for a straight line by least squares, at p < 0.05 by Student's t with the days
taken as independent and the week left in: what a quick look would do.
"""

from datetime import date

import numpy as np

from shared.domain.forecast.daily_series import WEEK_DAYS, DailySeries
from shared.domain.packing import Floats
from shared.domain.trend import Direction, trend
from tools.bench.figure import Figure

_SERIES = 400
_BEFORE_DAYS = 60
_WEEKEND = np.array([0.0, 0.0, 0.0, 0.0, 0.0, -3.0, -3.0])
_LENGTHS = (21, 30, 90)
_AUTOCORRELATIONS = (0.0, 0.3, 0.6, 0.85)
# The two-sided 5 % point of Student's t is within 2.09 to 1.99 at 19 to 88 degrees of freedom.
_T_975 = {21: 2.093, 30: 2.048, 90: 1.987}


def measure() -> list[Figure]:
    """Return the shares of trendless series with a trend, by length and autocorrelation."""
    return [
        figure for days in _LENGTHS for keep in _AUTOCORRELATIONS for figure in _shares(days, keep)
    ]


def _shares(days: int, keep: float) -> list[Figure]:
    draw = np.random.default_rng([days, int(100 * keep)])
    drawn = [_trendless(draw, days, keep) for _ in range(_SERIES)]
    ours = [_is_trend(values) for values in drawn]
    line = [_is_slope(values) for values in drawn]
    name = f"trendless series of {days} days, autocorrelation {keep:g}, said to have a trend"
    return [
        Figure(name, float(np.mean(ours)), ""),
        Figure(f"{name}, least squares", float(np.mean(line)), ""),
    ]


def _trendless(draw: np.random.Generator, days: int, keep: float) -> Floats:
    steps = draw.normal(0.0, 1.0, days + _BEFORE_DAYS)
    last, wander = 0.0, []
    for step in steps:
        last = keep * last + step
        wander.append(last)
    values: Floats = np.array(wander[_BEFORE_DAYS:]) + _WEEKEND[np.arange(days) % WEEK_DAYS]
    return values


def _is_trend(values: Floats) -> bool:
    found = trend(DailySeries(date(2024, 1, 1), values))
    return found is not None and found.direction != Direction.STABLE


def _is_slope(values: Floats) -> bool:
    days = np.arange(len(values)) - (len(values) - 1) / 2
    slope = float(days @ values / (days @ days))
    off = values - values.mean() - slope * days
    error = np.sqrt(off @ off / (len(values) - 2) / (days @ days))
    return bool(abs(slope) > _T_975[len(values)] * error)
