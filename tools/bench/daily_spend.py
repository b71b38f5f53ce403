"""Seeded daily series that look like an application's spend on models: no figure here was billed.

A level in dollars times growth that comes and goes, shifts of level (a release, another model), a
quieter weekend, a mild year, batch jobs at the end of a month, bursts of a few days and
autocorrelated noise; some series begin with days of zero, some miss days.
"""

from datetime import date

import numpy as np

from shared.domain.forecast.daily_series import DailySeries
from shared.domain.packing import Floats

_FIRST = date(2024, 1, 1)
_FEWEST_DAYS, _MOST_DAYS = 200, 800


def daily_spend(seed: int) -> DailySeries:
    """Return one series, in dollars, the same for the same seed."""
    return spend_with_bursts(seed)[0]


def spend_with_bursts(seed: int) -> tuple[DailySeries, Floats]:
    """Return one series, and by how much each of its days is a burst; 1 where it is none."""
    draw = np.random.default_rng(seed)
    days = int(draw.integers(_FEWEST_DAYS, _MOST_DAYS))
    first = date.fromordinal(_FIRST.toordinal() + int(draw.integers(0, 365)))
    level = float(10 ** draw.uniform(0.5, 3.5))
    logs = growth(draw, days) + shifts(draw, days) + calendar(draw, first, days)
    wander, factors = noise(draw, days), bursts(draw, days)
    values = level * np.exp(logs + wander) * factors
    if draw.random() < 0.2:
        values[: int(draw.integers(5, 40))] = 0.0
    if draw.random() < 0.2:
        values[draw.random(days) < 0.03] = np.nan
        values[[0, -1]] = level
    return DailySeries(first, np.round(values, 2)), factors


def growth(draw: np.random.Generator, days: int) -> Floats:
    """Return the logarithm of growth that comes and goes, by day."""
    turns = np.sort(draw.integers(0, days, 3))
    rates = draw.normal(0.0005, 0.002, 4)
    return np.cumsum(rates[np.searchsorted(turns, np.arange(days), side="right")])


def shifts(draw: np.random.Generator, days: int) -> Floats:
    """Return the logarithm of a level that is shifted now and then, by day."""
    jumps = np.where(draw.random(days) < 1 / 250, draw.normal(0.0, 0.35, days), 0.0)
    return np.cumsum(jumps)


def calendar(draw: np.random.Generator, first: date, days: int) -> Floats:
    """Return the logarithm of weekends, ends of months and the year, by day."""
    dates = [date.fromordinal(first.toordinal() + day) for day in range(days)]
    weekend = np.array([day.weekday() >= 5 for day in dates])
    closing = np.array([day.day >= 28 or day.day == 1 for day in dates])
    angle = np.array([2 * np.pi * day.timetuple().tm_yday / 365.25 for day in dates])
    busier = draw.uniform(0.1, 0.6) if draw.random() < 0.4 else 0.0
    year = draw.uniform(0.0, 0.15) * np.sin(angle + draw.uniform(0, 2 * np.pi))
    return -draw.uniform(0.0, 1.2) * weekend + busier * closing + year


def noise(draw: np.random.Generator, days: int) -> Floats:
    """Return autocorrelated noise, by day."""
    keep, size = draw.uniform(0.2, 0.8), draw.uniform(0.04, 0.2)
    steps = draw.normal(0.0, size, days)
    wander = np.empty(days)
    last = 0.0
    for day in range(days):
        last = keep * last + steps[day]
        wander[day] = last
    return wander


def bursts(draw: np.random.Generator, days: int) -> Floats:
    """Return factors of a few days each, 1 on most days."""
    factors = np.ones(days)
    for start in np.flatnonzero(draw.random(days) < 1 / 60):
        factors[start : start + int(draw.integers(1, 4))] *= draw.uniform(1.3, 3.0)
    return factors
