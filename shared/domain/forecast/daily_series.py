"""A series with one value for each day, and holes where a day was not measured.

A day that is absent between two others is a hole as much as one without a value. For the forecast a
hole takes the median of the four nearest known days of its weekday, at most four weeks off on each
side; where there are none, as at weekends of a series of working days, the straight line between
its neighbours.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from shared.domain.packing import Floats
from shared.errors import InvalidInput

WEEK_DAYS = 7
# A wrong century in one date would otherwise ask for a million days.
MOST_DAYS = 20_000
# The square of a sum over years must stay a number.
LARGEST = 1e100
_REACH_WEEKS = 4
_NEAREST = 4


@dataclass(frozen=True, slots=True)
class DailySeries:
    """Consecutive days, of which the first one is known.

    Attributes:
        first: the first day.
        values: one for each day; NaN is a hole.
    """

    first: date
    values: Floats

    @property
    def after(self) -> date:
        """The day after the last."""
        return self.first + timedelta(days=len(self.values))


def daily_series(points: Iterable[tuple[date, float | None]]) -> DailySeries:
    """Return the series of days in any order, from the first known to the last named.

    Args:
        points: day and value; None or NaN is a hole.

    Raises:
        InvalidInput: no value is known, one is beyond 1e100, a day occurs twice, or the series is
            longer than 20,000 days.
    """
    by_day: dict[date, float] = {}
    for day, value in points:
        if day in by_day:
            raise InvalidInput.at(day.isoformat(), "expected each day once, got it twice")
        by_day[day] = np.nan if value is None else value
        if abs(by_day[day]) > LARGEST:
            raise InvalidInput.at(day.isoformat(), f"expected at most {LARGEST:g}, got {value}")
    known = [day for day, value in by_day.items() if not np.isnan(value)]
    if not known:
        raise InvalidInput.at("series", "expected at least one day with a value, got none")
    first, last = min(known), max(by_day)
    days = (last - first).days + 1
    if days > MOST_DAYS:
        reason = f"expected at most {MOST_DAYS} days, got {first} to {last}"
        raise InvalidInput.at("series", reason)
    values = np.full(days, np.nan)
    for day in known:
        values[(day - first).days] = by_day[day]
    return DailySeries(first, values)


def filled(values: Floats) -> Floats:
    """Return the values with every hole filled."""
    holes = np.flatnonzero(np.isnan(values))
    whole = values.copy()
    weeks = np.arange(1, _REACH_WEEKS + 1) * WEEK_DAYS
    steps = np.stack([-weeks, weeks], axis=1).ravel()
    for hole in holes:
        at = hole + steps
        near = values[at[(at >= 0) & (at < len(values))]]
        near = near[~np.isnan(near)][:_NEAREST]
        if len(near):
            whole[hole] = np.median(near)
    open_days = np.isnan(whole)
    days = np.arange(len(values))
    whole[open_days] = np.interp(days[open_days], days[~open_days], whole[~open_days])
    return whole
