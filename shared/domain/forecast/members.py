"""The simple forecasts of which the forecast is made, each at every origin.

None is right for every series: a fast level is, where the last days say it all, a median of a year
where bursts come and go, a level with the shift of former years where there is a season. What each
starts with, before anything is known about a series, is its head start: the logarithm of its
weight, fitted on one half of a collection of public daily series and checked on the other
(decision 0008).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from shared.domain.forecast import smoothing, weekday_median, yearly
from shared.domain.forecast.scale import Scale, logarithmic, plain
from shared.domain.forecast.smoothing import Speed
from shared.domain.packing import Floats, Ints


@dataclass(frozen=True, slots=True)
class MedianMember:
    """The median of each weekday.

    Attributes:
        weeks: over how many.
        head_start: the logarithm of its weight at first.
    """

    weeks: int
    head_start: float


@dataclass(frozen=True, slots=True)
class LevelMember:
    """A smoothed level and week.

    Attributes:
        speed: how fast it follows.
        scale: on what it is smoothed.
        head_start: the logarithm of its weight at first.
        year_width: days of the centred mean of former years whose shift is added; None for none.
    """

    speed: Speed
    scale: Callable[[Floats], Scale]
    head_start: float
    year_width: int | None = None


_SLOW = Speed(level=0.05, weekday=0.03)
_FAST = Speed(level=0.8, weekday=0.12)
_STEADY = Speed(level=0.1, weekday=0.12)
_TRENDING = Speed(level=0.05, weekday=0.1, trend=0.1, damping=1.0)

MEDIANS = (MedianMember(1, -2.5), MedianMember(8, -0.6), MedianMember(52, -0.2))
LEVELS = (
    LevelMember(_SLOW, plain, -2.6),
    LevelMember(_FAST, plain, 0.0),
    LevelMember(_STEADY, logarithmic, -1.0),
    LevelMember(_TRENDING, logarithmic, -2.8),
    LevelMember(_SLOW, plain, -1.0, year_width=7),
    LevelMember(_SLOW, plain, -2.1, year_width=29),
    LevelMember(_SLOW, logarithmic, -1.6, year_width=29),
)
HEAD_STARTS = np.array([member.head_start for member in (*MEDIANS, *LEVELS)])


def member_paths(values: Floats, origins: Ints, horizon_days: int) -> Floats:
    """Return forecasts by origin, member (in the order of `HEAD_STARTS`) and day ahead.

    An origin within the days that suggest first states (`smoothing`) sees only the days before it:
    what a slow member owes to days it should foresee must not count as foresight.

    Args:
        values: by day; no holes.
        origins: the first day to be forecast, each; whole weeks apart, at least 7.
        horizon_days: how many days.
    """
    paths = _paths(values, origins, horizon_days)
    for number in np.flatnonzero(origins < min(smoothing.FIRST_DAYS, len(values))):
        early = origins[number : number + 1]
        paths[number] = _paths(values[: early[0]], early, horizon_days)[0]
    return paths


def _paths(values: Floats, origins: Ints, horizon_days: int) -> Floats:
    weeks = [member.weeks for member in MEDIANS]
    medians = weekday_median.paths(values, weeks, origins, horizon_days)
    return np.concatenate([medians, _level_paths(values, origins, horizon_days)], axis=1)


def _level_paths(values: Floats, origins: Ints, horizon_days: int) -> Floats:
    scales = [member.scale(values) for member in LEVELS]
    speeds = [member.speed for member in LEVELS]
    columns = np.stack([scale.values for scale in scales], axis=1)
    states = smoothing.smoothed(columns, speeds)
    paths = smoothing.paths(states, speeds, origins, horizon_days)
    for number, (member, scale) in enumerate(zip(LEVELS, scales, strict=True)):
        path = paths[:, number]
        if member.year_width is not None:
            path = path + yearly.shifts(
                scale.values,
                width_days=member.year_width,
                speed=member.speed.level,
                origins=origins,
                horizon_days=horizon_days,
            )
        paths[:, number] = scale.restore(path)
    return paths
