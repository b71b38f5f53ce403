"""Daily series for the tests: a level with a week and noise, seeded."""

from datetime import date

import numpy as np

from shared.domain.forecast.daily_series import DailySeries
from shared.domain.packing import Floats

MONDAY = date(2024, 1, 1)
QUIET_WEEKEND = np.array([0.0, 0.0, 0.0, 0.0, 0.0, -40.0, -40.0])


def daily(values: object, first: date = MONDAY) -> DailySeries:
    return DailySeries(first, np.array(values, np.float64))


def busy_week(
    days: int, *, seed: int = 1, level: float = 100.0, noise: float = 5.0, keep: float = 0.0
) -> Floats:
    """A level with quiet weekends and noise, of which each day keeps a share of the day before."""
    steps = np.random.default_rng(seed).normal(0.0, noise, days)
    wander = np.empty(days)
    last = 0.0
    for day, step in enumerate(steps):
        last = keep * last + step
        wander[day] = last
    return level + QUIET_WEEKEND[np.arange(days) % 7] + wander
