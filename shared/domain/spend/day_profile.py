"""How much of a day's spend usually falls before a time of day."""

from dataclasses import dataclass
from datetime import date

import numpy as np

from shared.domain.packing import Floats

_DAY_HOURS = 24
_SAME_WEEKDAY = 3.0


@dataclass(frozen=True, slots=True)
class HourlyDay:
    """A past day.

    Attributes:
        day: which.
        spent: US dollars by hour, 24 of them.
    """

    day: date
    spent: Floats


@dataclass(frozen=True, slots=True)
class DayProfile:
    """The usual course of a day.

    Attributes:
        shares: of the day's spend before each full hour, 25 of them, from 0 to 1.
    """

    shares: Floats

    def elapsed(self, minute: float) -> float:
        """Return the share of the day's spend that usually falls before a minute of the day."""
        hours = np.arange(_DAY_HOURS + 1)
        return float(np.interp(minute / 60, hours, self.shares))


def day_profile(days: list[HourlyDay], weekday: int) -> DayProfile:
    """Return the usual course of a weekday; an even one where nothing was spent.

    Args:
        days: past days; those of the weekday count three times.
        weekday: 0 is Monday.
    """
    total = np.zeros(_DAY_HOURS)
    for each in days:
        total += each.spent * (_SAME_WEEKDAY if each.day.weekday() == weekday else 1.0)
    if not total.sum() > 0:
        total = np.ones(_DAY_HOURS)
    # Divided by the running sum's own end: `total.sum()` adds up in another order, and could make
    # the end of a day a little more than all of it.
    running = np.cumsum(total)
    return DayProfile(np.concatenate([[0.0], running]) / running[-1])
