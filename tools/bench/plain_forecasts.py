"""Known forecasting methods in a few lines each, to hold the forecaster against.

Seasonal naive repeats the last week. Theta (Assimakopoulos & Nikolopoulos 2000) smooths the series
without its week and adds half the slope of a straight line. ETS(A,Ad,A) is Holt-Winters with damped
trend and additive week, its speeds from a grid by squared one-day errors (Hyndman et al. 2008).
"""

from itertools import product

import numpy as np

from shared.domain.forecast.daily_series import WEEK_DAYS
from shared.domain.packing import Floats
from tools.bench.rolling_origin import HORIZON_DAYS

_MONTH_DAYS = 28
_AHEAD = np.arange(1, HORIZON_DAYS + 1)
_THETA_SPEEDS = np.array([0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9])
_LEVEL, _TREND, _WEEK, _DAMPING = np.array(
    list(product([0.05, 0.1, 0.2, 0.4, 0.7], [0.0, 0.05, 0.2], [0.02, 0.1, 0.3], [0.9, 0.98]))
).T


def seasonal_naive(values: Floats) -> Floats:
    """Return the last week, over and over."""
    return values[-WEEK_DAYS:][(_AHEAD - 1) % WEEK_DAYS]


def mean_of_month(values: Floats) -> Floats:
    """Return the mean of the last 28 days."""
    return np.full(HORIZON_DAYS, values[-_MONTH_DAYS:].mean())


def theta(values: Floats) -> Floats:
    """Return the forecast of the theta method."""
    days = np.arange(len(values))
    week = _week(values)
    flat = values - week[days % WEEK_DAYS]
    slope = float(np.polyfit(days, flat, 1)[0])
    level = np.full(len(_THETA_SPEEDS), flat[:WEEK_DAYS].mean())
    squares = np.zeros(len(_THETA_SPEEDS))
    for value in flat:
        error = value - level
        squares += error**2
        level = level + _THETA_SPEEDS * error
    smoothed = float(level[np.argmin(squares)])
    return smoothed + slope / 2 * _AHEAD + week[(len(values) + _AHEAD - 1) % WEEK_DAYS]


def damped_ets(values: Floats) -> Floats:
    """Return the forecast of ETS(A,Ad,A)."""
    level = np.full(len(_LEVEL), values[:WEEK_DAYS].mean())
    trend, squares = np.zeros(len(_LEVEL)), np.zeros(len(_LEVEL))
    week = np.repeat(_week(values[: 4 * WEEK_DAYS])[:, None], len(_LEVEL), axis=1)
    for day, value in enumerate(values):
        before = level + _DAMPING * trend
        error = value - before - week[day % WEEK_DAYS]
        squares += error**2
        level = before + _LEVEL * error
        trend = _DAMPING * trend + _LEVEL * _TREND * error
        week[day % WEEK_DAYS] += _WEEK * (1 - _LEVEL) * error
    best = int(np.argmin(squares))
    ahead = np.cumsum(_DAMPING[best] ** _AHEAD)
    of_week = week[(len(values) + _AHEAD - 1) % WEEK_DAYS, best]
    path: Floats = level[best] + trend[best] * ahead + of_week
    return path


def _week(values: Floats) -> Floats:
    """Return how far the mean of each day of the week, that of index 0 first, is from the mean."""
    means = np.array([values[day::WEEK_DAYS].mean() for day in range(WEEK_DAYS)])
    return means - means.mean()
