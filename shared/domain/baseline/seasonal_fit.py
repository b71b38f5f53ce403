"""Level, hour effects and weekday effects of many series at once, unmoved by outliers.

A median polish, backfitted: in turn, each effect becomes the weighted median of what the others
leave over, shrunk by n / (n + k), where n is how many days speak for it; after that, values further
than three robust standard deviations from their normal count less, those beyond six nothing (twice
as far for rates, as few failures are skewed), and the level becomes the weighted mean of the rest.

    hours:    n days with that hour, k = 2, from 3 days of data on
    weekdays: n days of that name,   k = 1, from 21 days of data on

Sources: Tukey, "Exploratory Data Analysis" (1977), chapters 10 and 11, for the polish; Hampel et
al., "Robust Statistics" (1986), section 2.6, for weights that fall to nothing.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shared.domain.baseline.baseline import HOURS, WEEKDAYS, weekday_of
from shared.domain.baseline.weighted_median import robust_sd, weighted_median
from shared.domain.packing import Floats, Ints
from shared.domain.timeline import DAY_M

HOURS_FROM_D = 3
WEEKDAYS_FROM_D = 21
_HOUR_PRIOR = 2.0
_WEEKDAY_PRIOR = 1.0
_ROUNDS = 4
_REFITS = 3
_FULL_WEIGHT_SD = 3.0
_NO_WEIGHT_SD = 6.0
_RATES_FURTHER = 2.0


@dataclass(frozen=True, slots=True)
class Grid:
    """Values of series by day and step of the day; arrays are series x days x steps.

    Attributes:
        values: on the metric's scale; 0 where there is none.
        samples: of each value; 0 where there is none.
        weights: 0..1, how much a value counts.
        first_day: the first day since the epoch.
        span_d: days of data of each series.
        is_rate: True where values are shares of their samples, 0..1.
    """

    values: Floats
    samples: Floats
    weights: Floats
    first_day: int
    span_d: Floats
    is_rate: bool = False

    @property
    def weekdays(self) -> Ints:
        """Return the weekday of each day, 0 for a Monday."""
        days = np.arange(self.values.shape[1], dtype=np.int64)
        return weekday_of((self.first_day + days) * DAY_M)


@dataclass(frozen=True, slots=True)
class Fit:
    """What was found of each series, on the metric's scale.

    Attributes:
        level: the centre.
        hours: 24 effects.
        weekdays: 7 effects.
        sd: robust standard deviation of the residuals.
        noise: standard deviation that a single sample adds.
        residuals: series x days x steps.
        weights: the grid's, less for outliers.
        step_samples: samples of a typical step.
    """

    level: Floats
    hours: Floats
    weekdays: Floats
    sd: Floats
    noise: Floats
    residuals: Floats
    weights: Floats
    step_samples: Floats


def fit_seasons(grid: Grid, noise: Floats) -> Fit:
    """Return level, effects and spread of each series.

    Args:
        grid: the values.
        noise: standard deviation that a single sample adds, NaN where it is not known; for rates it
            follows from the rate.
    """
    level, hours, weekdays, freedom = _polish(grid)
    step_samples = np.maximum(weighted_median(_flat(grid.samples), _flat(grid.weights)), 1.0)
    fitted = level[:, None, None] + weekdays[:, grid.weekdays, None] + _steps(hours, grid)
    residuals = grid.values - fitted
    single = _noise(grid, noise, _pooled(grid))
    for _ in range(_REFITS):
        sd = _sd(grid, residuals, freedom, single, step_samples)
        weights = grid.weights * _trust(grid, residuals, sd, single, step_samples)
        total = weights.sum(axis=(1, 2))
        shift = (weights * residuals).sum(axis=(1, 2)) / np.where(total > 0, total, 1.0)
        level, residuals = level + shift, residuals - shift[:, None, None]
        single = _noise(grid, noise, level)
    sd = _sd(grid, residuals, freedom, single, step_samples)
    single = np.where(np.isnan(single), sd * np.sqrt(step_samples), single)
    return Fit(level, hours, weekdays, sd, single, residuals, weights, step_samples)


def _polish(grid: Grid) -> tuple[Floats, Floats, Floats, Floats]:
    """Return levels, hour effects, weekday effects and how many parameters they amount to."""
    series, _, steps = grid.values.shape
    weekday_of_day, present = grid.weekdays, grid.weights > 0
    hours, weekdays = np.zeros((series, HOURS)), np.zeros((series, WEEKDAYS))
    hour_days = present.sum(axis=1) if steps == HOURS else np.zeros((series, HOURS))
    weekday_days = np.stack(
        [present[:, weekday_of_day == at].any(axis=2).sum(axis=1) for at in range(WEEKDAYS)], axis=1
    )
    trust_hours = _shrinkage(hour_days, _HOUR_PRIOR, grid.span_d >= HOURS_FROM_D)
    trust_weekdays = _shrinkage(weekday_days, _WEEKDAY_PRIOR, grid.span_d >= WEEKDAYS_FROM_D)
    level = weighted_median(_flat(grid.values), _flat(grid.weights))
    for _ in range(_ROUNDS):
        rest = grid.values - level[:, None, None] - weekdays[:, weekday_of_day, None]
        if trust_hours.any():
            hours = trust_hours * _by_hour(rest, grid.weights)
        rest = grid.values - level[:, None, None] - _steps(hours, grid)
        if trust_weekdays.any():
            weekdays = trust_weekdays * _by_weekday(rest, grid.weights, weekday_of_day)
        moved = hours.mean(axis=1, keepdims=True), weekdays.mean(axis=1, keepdims=True)
        hours, weekdays = hours - moved[0], weekdays - moved[1]
        rest = grid.values - weekdays[:, weekday_of_day, None] - _steps(hours, grid)
        level = weighted_median(_flat(rest), _flat(grid.weights))
    return level, hours, weekdays, 1 + trust_hours.sum(axis=1) + trust_weekdays.sum(axis=1)


def _shrinkage(days: Floats | Ints, prior: float, enough: NDArray[np.bool_]) -> Floats:
    return np.where(enough[:, None], days / (days + prior), 0.0)


def _by_hour(rest: Floats, weights: Floats) -> Floats:
    return weighted_median(rest.swapaxes(1, 2), weights.swapaxes(1, 2))


def _by_weekday(rest: Floats, weights: Floats, weekday_of_day: Ints) -> Floats:
    found = np.zeros((len(rest), WEEKDAYS))
    for at in np.unique(weekday_of_day).tolist():
        days = weekday_of_day == at
        found[:, at] = weighted_median(_flat(rest[:, days]), _flat(weights[:, days]))
    return found


def _pooled(grid: Grid) -> Floats:
    """Return the mean of all samples; the median of rates is 0 where most hours had no failure."""
    total = grid.samples.sum(axis=(1, 2))
    found: Floats = (grid.values * grid.samples).sum(axis=(1, 2)) / np.maximum(total, 1.0)
    return found


def _noise(grid: Grid, noise: Floats, level: Floats) -> Floats:
    if not grid.is_rate:
        return noise
    # Half a failure is never ruled out, or a single one after many successes would be unheard of.
    total = grid.samples.sum(axis=(1, 2))
    rate = np.clip(level, 0.5 / np.maximum(total, 1.0), 1 - 0.5 / np.maximum(total, 1.0))
    return np.sqrt(rate * (1 - rate))


def _sd(
    grid: Grid, residuals: Floats, freedom: Floats, single: Floats, step_samples: Floats
) -> Floats:
    found = robust_sd(_flat(residuals), _flat(grid.weights))
    count = (grid.weights > 0).sum(axis=(1, 2))
    found = found * np.sqrt(count / np.maximum(count - freedom, np.maximum(count / 4, 1)))
    return np.maximum(found, single / np.sqrt(step_samples)) if grid.is_rate else found


def _trust(
    grid: Grid, residuals: Floats, sd: Floats, single: Floats, step_samples: Floats
) -> Floats:
    """Return 1 for values near their normal, falling to 0; fewer samples may lie further off."""
    known = np.nan_to_num(single)[:, None, None] ** 2
    fewer = 1 / np.maximum(grid.samples, 1.0) - 1 / step_samples[:, None, None]
    allowed = np.sqrt(sd[:, None, None] ** 2 + known * np.maximum(fewer, 0.0))
    distance = np.abs(residuals) / np.where(allowed > 0, allowed, np.inf)
    distance = np.where((allowed == 0) & (np.abs(residuals) > 0), np.inf, distance)
    if grid.is_rate:
        distance = distance / _RATES_FURTHER
    return np.clip((_NO_WEIGHT_SD - distance) / (_NO_WEIGHT_SD - _FULL_WEIGHT_SD), 0.0, 1.0)


def _steps(hours: Floats, grid: Grid) -> Floats | float:
    return hours[:, None, :] if grid.values.shape[2] == HOURS else 0.0


def _flat(values: Floats) -> Floats:
    return values.reshape(len(values), -1)
