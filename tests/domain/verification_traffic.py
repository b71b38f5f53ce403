"""Simulated hours of a model's latency, for judging how verdicts do on it.

ln(latency) of a request is a daily course, an effect of its hour (autoregressive, 0.6 from one
hour to the next, standard deviation 0.1), one of its day (0.05), half of ln(1 + output tokens), and
noise of its own. Lengths drift: their mean has a trend of some percent a day and wanders. Working
hours and working days have more requests.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from shared.domain.verification.hours import DAY_H, WEEK_H, Hours, Lengths
from shared.domain.verification.matching import Change

# 2026-11-23 10:00 UTC, a Monday, in hours since 1970.
CHANGED_H = 498_778
HOUR_SD, HOUR_CARRY, DAY_SD = 0.1, 0.6, 0.05
BASE, LENGTH_SLOPE, LENGTH_SD, TREND_SD, WANDER_SD = 4.0, 0.5, 0.8, 0.02, 0.03


@dataclass(frozen=True)
class Traffic:
    """What is simulated.

    Attributes:
        requests_per_day: on average.
        weeks_before: of history.
        weeks_after: the change.
        effect: of the change, on ln(latency).
        sigma: standard deviation of a request's own noise.
    """

    requests_per_day: float
    weeks_before: int = 1
    weeks_after: int = 1
    effect: float = 0.0
    sigma: float = 1.0

    @property
    def change(self) -> Change:
        return Change(CHANGED_H, CHANGED_H)

    @property
    def at(self) -> np.ndarray:
        return CHANGED_H + np.arange(-self.weeks_before * WEEK_H, self.weeks_after * WEEK_H)

    def rates(self) -> np.ndarray:
        """Return how many requests to expect in each hour."""
        at = self.at
        course = 1 + 0.6 * np.sin((at % DAY_H - 8) / DAY_H * 2 * np.pi)
        shape = course * np.where((at // DAY_H + 3) % 7 >= 5, 0.6, 1.16)
        return self.requests_per_day / DAY_H * shape / shape.mean()

    def levels(self, draw: np.random.Generator) -> np.ndarray:
        """Return what the requests of each hour have in common, 0 on average."""
        at = self.at
        shocks = HOUR_SD * draw.standard_normal(len(at))
        fresh = np.sqrt(1 - HOUR_CARRY**2)
        effect = np.empty(len(at))
        carried = shocks[0]
        for hour, shock in enumerate(shocks.tolist()):
            carried = HOUR_CARRY * carried + fresh * shock
            effect[hour] = carried
        day = at // DAY_H - at[0] // DAY_H
        days = DAY_SD * draw.standard_normal(day[-1] + 1)
        return 0.2 * np.sin(at % DAY_H / DAY_H * 2 * np.pi) + effect + days[day]


@dataclass(frozen=True)
class Run:
    """One simulated course.

    Attributes:
        hours: what the monitor keeps.
        values: ln(latency) of each request.
        is_after: whether each came after the change.
    """

    hours: Hours
    values: np.ndarray
    is_after: np.ndarray


def runs(traffic: Traffic, count: int, seed: int = 1) -> Iterator[Run]:
    """Yield independent courses, the same for the same seed."""
    draw = np.random.default_rng(seed)
    at = traffic.at
    for _ in range(count):
        n = draw.poisson(traffic.rates())
        level = BASE + traffic.levels(draw) + traffic.effect * (at >= CHANGED_H)
        row = np.repeat(np.arange(len(at)), n)
        length = (_length_means(at, draw)[row] + LENGTH_SD * draw.standard_normal(len(row))).clip(0)
        noise = traffic.sigma * draw.standard_normal(len(row))
        value = level[row] + LENGTH_SLOPE * length + noise
        yield Run(hours_of(at, row, value, length), value, at[row] >= CHANGED_H)


def hours_of(at: np.ndarray, row: np.ndarray, value: np.ndarray, length: np.ndarray) -> Hours:
    """Return the sums of requests by hour."""

    def total(weights: np.ndarray | None = None) -> np.ndarray:
        return np.bincount(row, weights, len(at)).astype(np.float64)

    lengths = Lengths(total(length), total(length**2), total(length * value))
    every = Hours(at, total(), total(value), total(value**2), lengths)
    return every.where(every.n > 0)


def hours_only(hours: Hours) -> Hours:
    """Return the hours without the lengths of answers."""
    return Hours(hours.at, hours.n, hours.total, hours.squares)


def _length_means(at: np.ndarray, draw: np.random.Generator) -> np.ndarray:
    day = at // DAY_H - at[0] // DAY_H
    wander = np.cumsum(WANDER_SD * draw.standard_normal(day[-1] + 1))
    trend = TREND_SD * draw.standard_normal() * np.arange(day[-1] + 1)
    return 5.0 + (wander + trend)[day] + 0.15 * np.sin((at % DAY_H - 5) / DAY_H * 2 * np.pi)
