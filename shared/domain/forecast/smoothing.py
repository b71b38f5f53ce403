"""Exponential smoothing with a profile of the week, several models in one pass.

Of each day's error only the part within three usual errors is believed, so that a burst does not
become the level, while a lasting shift is followed within days:

    error  = value - (level + damping * trend + weekday)    cut to +-3.75 mean absolute errors
    level  = level + damping * trend + level_speed * error
    trend  = damping * trend + trend_speed * level_speed * error
    weekday of that day += weekday_speed * (1 - level_speed) * error

Source: additive Holt-Winters with damped trend (Gardner & McKenzie 1985), made robust after
Gelper, Fried & Croux (2010), doi:10.1002/for.1125.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from shared.domain.forecast.daily_series import WEEK_DAYS
from shared.domain.packing import Floats, Ints

FIRST_DAYS = 28
"""So many days suggest the first states."""

_DOUBT_WEEKS = 0.5
# Three standard deviations of a normal variable are 3.75 of its mean absolute deviations.
_BELIEVED = 3.75
_USUAL_SPEED = 0.06


@dataclass(frozen=True, slots=True)
class Speed:
    """How fast a model follows; each within 0..1.

    Attributes:
        level: the share of an error that moves the level.
        weekday: the share that moves the profile of the week.
        trend: the share of the level's step that moves the trend.
        damping: what is left of a trend a day later.
    """

    level: float
    weekday: float
    trend: float = 0.0
    damping: float = 0.0


@dataclass(frozen=True, slots=True)
class States:
    """Models as they stood before each day, and after the last.

    Attributes:
        level: by day and model.
        trend: the same, as change a day.
        weekday: by day, day of the week (the one of index 0 first) and model.
    """

    level: Floats
    trend: Floats
    weekday: Floats


def smoothed(columns: Floats, speeds: Sequence[Speed]) -> States:
    """Return the states of one model for each column.

    Args:
        columns: values by day and model; no holes.
        speeds: of each model.
    """
    level_speed = np.array([speed.level for speed in speeds])
    trend_speed = level_speed * np.array([speed.trend for speed in speeds])
    weekday_speed = (1 - level_speed) * np.array([speed.weekday for speed in speeds])
    damping = np.array([speed.damping for speed in speeds])
    level, usual, weekday = _first_states(columns[:FIRST_DAYS])
    trend = np.zeros(len(speeds))
    levels, trends, weekdays = [level], [trend], [weekday.copy()]
    for day, value in enumerate(columns):
        trend = damping * trend
        level = level + trend
        error = value - level - weekday[day % WEEK_DAYS]
        size, reach = np.abs(error), _BELIEVED * usual
        error = np.minimum(np.maximum(error, -reach), reach)
        usual = usual + _USUAL_SPEED * (np.minimum(size, 2 * reach) - usual)
        level = level + level_speed * error
        trend = trend + trend_speed * error
        weekday[day % WEEK_DAYS] += weekday_speed * error
        levels.append(level)
        trends.append(trend)
        weekdays.append(weekday.copy())
    return States(np.array(levels), np.array(trends), np.array(weekdays))


def paths(states: States, speeds: Sequence[Speed], origins: Ints, horizon_days: int) -> Floats:
    """Return forecasts by origin, model and day ahead.

    Args:
        states: what `smoothed` returned.
        speeds: the same as there.
        origins: the first day to be forecast, each.
        horizon_days: how many days.
    """
    damping = np.array([speed.damping for speed in speeds])
    ahead = np.cumsum(damping[:, None] ** np.arange(1, horizon_days + 1), axis=1)
    of_week = (origins[:, None] + np.arange(horizon_days)) % WEEK_DAYS
    weekday = states.weekday[origins[:, None], of_week].transpose(0, 2, 1)
    trend = states.trend[origins][:, :, None] * ahead
    path: Floats = states.level[origins][:, :, None] + trend + weekday
    return path


def _first_states(first: Floats) -> tuple[Floats, Floats, Floats]:
    """Return the level, the usual error and the profile of the week that the first days suggest."""
    count = first.shape[1]
    level = np.median(first, axis=0)
    steps = np.abs(np.diff(first, axis=0))
    usual = steps.mean(axis=0) if len(steps) else np.zeros(count)
    weeks = len(first) // WEEK_DAYS
    if not weeks:
        return level, usual, np.zeros((WEEK_DAYS, count))
    table = first[: weeks * WEEK_DAYS].reshape(weeks, WEEK_DAYS, count)
    profile = np.median(table - np.median(table, axis=1, keepdims=True), axis=0)
    return level, usual, (profile - profile.mean(axis=0)) * weeks / (weeks + _DOUBT_WEEKS)
