"""When requests start: a Poisson process whose rate follows the hour and the day of the week.

The rate peaks at 15:00 UTC with 1.6 times the mean, falls to 0.4 times at 03:00, and weekends have
0.8 times a working day's traffic: assumptions.
"""

from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from tools.simulator.clock import MINUTE_MS, to_ms

PEAK_HOUR = 15
SWING = 0.6
WEEKEND = 0.8

_DAY_MS = 24 * 60 * MINUTE_MS
_THURSDAY = 3  # the weekday of 1970-01-01, Monday being 0


def day_shape(moments_ms: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the rate at each moment over the mean of a working day."""
    hours = (moments_ms % _DAY_MS) / (60 * MINUTE_MS)
    shape = 1 + SWING * np.cos(2 * np.pi * (hours - PEAK_HOUR) / 24)
    weekday = (moments_ms // _DAY_MS + _THURSDAY) % 7
    return np.where(weekday >= 5, WEEKEND * shape, shape)


def arrival_times(
    start: datetime,
    end: datetime,
    per_minute: float,
    rng: np.random.Generator,
    *,
    flat: bool = False,
) -> NDArray[np.int64]:
    """Draw when requests start, sorted, in milliseconds since 1970.

    Args:
        start: no request starts before.
        end: every request starts before.
        per_minute: mean rate of a working day.
        rng: the source of chance.
        flat: keep the rate constant, as a job does, instead of following the day.
    """
    first_ms, last_ms = to_ms(start), to_ms(end)
    minutes_ms = np.arange(first_ms, last_ms, MINUTE_MS, dtype=np.int64)
    width_ms = np.minimum(MINUTE_MS, last_ms - minutes_ms)
    rates = per_minute * width_ms / MINUTE_MS
    if not flat:
        rates = rates * day_shape(minutes_ms)
    counts = rng.poisson(rates)
    within = rng.random(int(counts.sum())) * np.repeat(width_ms, counts)
    return np.sort(np.repeat(minutes_ms, counts) + within.astype(np.int64))
