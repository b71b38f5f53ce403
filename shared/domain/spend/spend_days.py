"""Spend by UTC day: days without traffic are zero, days whose data is missing are holes.

A day on which nobody reported anything may be a day of rest or an outage of whatever reports. It is
missing where its weekday is usually busy: where somebody reported on at least two of the four same
weekdays around it, two weeks back and two ahead, and on most of those that lie within what is
known.
"""

from collections.abc import Collection, Mapping
from datetime import date, timedelta

from shared.domain.forecast.daily_series import WEEK_DAYS, DailySeries, daily_series

_WEEKS_AROUND = (-2, -1, 1, 2)
_FEWEST_BUSY = 2


def days_between(first: date, end: date) -> list[date]:
    """Return the days [first, end)."""
    return [first + timedelta(days=at) for at in range((end - first).days)]


def missing_days(heard: Collection[date], end: date) -> frozenset[date]:
    """Return the days whose data is missing.

    Args:
        heard: the days on which anybody reported anything.
        end: the day after the last that is complete.
    """
    if not heard:
        return frozenset()
    first = min(heard)
    silent = (day for day in days_between(first, end) if day not in heard)
    return frozenset(day for day in silent if _usually_busy(day, heard, first, end))


def _usually_busy(day: date, heard: Collection[date], first: date, end: date) -> bool:
    around = (day + timedelta(days=weeks * WEEK_DAYS) for weeks in _WEEKS_AROUND)
    known = [each for each in around if first <= each < end]
    busy = sum(each in heard for each in known)
    return busy >= _FEWEST_BUSY and 2 * busy > len(known)


def spend_series(
    spent: Mapping[date, float], end: date, *, missing: Collection[date], since: date | None = None
) -> DailySeries | None:
    """Return spend by day, from the first day with traffic on.

    Args:
        spent: US dollars of the days with traffic.
        end: the day after the last that is complete.
        missing: days whose data is missing.
        since: a day from which on silence is zero, though nothing was spent yet; None for none.

    Returns:
        The series up to the day before `end`; None where nothing is known.
    """
    begins = [day for day in (*spent, since) if day is not None and day < end]
    if not begins:
        return None
    days = days_between(min(begins), end)
    known = [(day, None if day in missing else spent.get(day, 0.0)) for day in days]
    if all(value is None for _, value in known):
        return None
    return daily_series(known)
