"""What the same time of former years says about the days ahead.

52 weeks are 364 days, which keeps weekdays in place. With a smooth of the series (a centred mean
over one or four weeks), the change expected from an origin to a day ahead is

    shift = mean over up to three years y of smooth[day - 364 y] - usual[origin - 1 - 364 y]

where `usual` is the exponentially weighted mean of the smooth, at the speed of the level to which
the shift is added; so a level that trails behind the season is put right as well.
"""

import numpy as np

from shared.domain.packing import Floats, Ints

_YEAR_DAYS = 364
_MOST_YEARS = 3
# Fewer days before the same time of a former year do not give its usual level.
_LEAST_DAYS = 28
_USUAL_DAYS = 90


def shifts(
    values: Floats, *, width_days: int, speed: float, origins: Ints, horizon_days: int
) -> Floats:
    """Return the change expected by origin and day ahead; 0 without a former year.

    Args:
        values: by day; no holes.
        width_days: of the centred mean, odd.
        speed: of the level to be shifted, within 0..1.
        origins: the first day to be forecast, each.
        horizon_days: how many days.
    """
    smooth = _centred_mean(values, width_days)
    usual = _usual(smooth, speed)
    ahead = origins[:, None] + np.arange(horizon_days)
    total = np.zeros(ahead.shape)
    years = np.zeros(len(origins))
    for year in range(1, _MOST_YEARS + 1):
        past = origins - year * _YEAR_DAYS
        has = past >= _LEAST_DAYS
        at = np.minimum(ahead - year * _YEAR_DAYS, origins[:, None] - 1)
        change = smooth[np.maximum(at, 0)] - usual[np.maximum(past - 1, 0)][:, None]
        total += np.where(has[:, None], change, 0.0)
        years += has
    shift: Floats = total / np.maximum(years, 1)[:, None]
    return shift


def _centred_mean(values: Floats, width_days: int) -> Floats:
    days = len(values)
    sums = np.concatenate([[0.0], np.cumsum(values)])
    low = np.maximum(np.arange(days) - width_days // 2, 0)
    high = np.minimum(np.arange(days) + width_days // 2 + 1, days)
    means: Floats = (sums[high] - sums[low]) / (high - low)
    return means


def _usual(smooth: Floats, speed: float) -> Floats:
    weights = (1 - speed) ** np.arange(_USUAL_DAYS)
    days = len(smooth)
    sums = np.convolve(smooth, weights)[:days]
    return sums / np.convolve(np.ones(days), weights)[:days]
