"""What a scope's spend is expected to be, from what was used before today and today so far."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from shared.domain.forecast.daily_series import DailySeries
from shared.domain.packing import Floats
from shared.domain.price.list_price import Meter
from shared.domain.spend.day_profile import DayProfile, HourlyDay, day_profile
from shared.domain.spend.price_dates import price_dates
from shared.domain.spend.spend_days import missing_days, spend_series
from shared.domain.spend.spend_forecast import DaySoFar, Repriced, SpendForecast, spend_forecast
from shared.domain.spend.usage import Usage
from shared.domain.timeline import DAY_M, HOUR_M, day_of, day_start

FEWEST_DAYS = 7
"""Known days without which nothing is said of the days ahead."""

HISTORY_DAYS = 400
PROFILE_DAYS = 28
_DAY_HOURS = DAY_M // HOUR_M


@dataclass(frozen=True, slots=True)
class Past:
    """What was used before a day.

    Attributes:
        today: the day; all before it is past.
        days: usage by day, up to 400 of them.
        hours: usage by hour of the last 28 days.
        missing: the days whose data is missing.
    """

    today: date
    days: Usage
    hours: Usage
    missing: frozenset[date]

    def series(self, where: Mapping[str, str], priced_on: date) -> DailySeries | None:
        """Return a scope's tokens by day, at one day's prices; None where there are none."""
        costs = self.days.spent(where, priced_on=priced_on)
        spent = {day_of(start): float(cost) for start, cost in costs.items()}
        return spend_series(spent, self.today, missing=self.missing)

    def tokens(self, where: Mapping[str, str]) -> dict[Meter, DailySeries]:
        """Return a scope's tokens by meter and day; meters that were never used are left out."""
        by_meter: dict[Meter, dict[date, float]] = {}
        for start, counts in self.days.tokens(where).items():
            for meter, count in counts.items():
                by_meter.setdefault(meter, {})[day_of(start)] = float(count)
        series = {
            meter: spend_series(daily, self.today, missing=self.missing)
            for meter, daily in by_meter.items()
        }
        return {meter: each for meter, each in series.items() if each is not None}

    def profile(self, where: Mapping[str, str]) -> DayProfile:
        """Return how a scope's spend usually goes over a day like today."""
        by_day: dict[date, Floats] = {}
        for start, cost in self.hours.spent(where).items():
            hours = by_day.setdefault(day_of(start), np.zeros(_DAY_HOURS))
            hours[start % DAY_M // HOUR_M] = float(cost)
        days = [HourlyDay(day, hours) for day, hours in by_day.items()]
        return day_profile(days, self.today.weekday())


@dataclass(frozen=True, slots=True)
class Outlook:
    """What is expected of a scope's spend.

    Attributes:
        ahead: from today on; None where too little is known.
        known_days: days from the scope's first traffic on, without those whose data is missing.
        price_changes: the days ahead from which on tokens have other prices that matter here.
    """

    ahead: SpendForecast | None
    known_days: int
    price_changes: Sequence[date]


def past_of(today: date, days: Usage, hours: Usage) -> Past:
    """Return what was used before a day; usage of later days is left out."""
    end = day_start(today)
    whole = days.between(min(days.span.first, end), end)
    fine = hours.between(max(hours.span.first, end - PROFILE_DAYS * DAY_M), end)
    heard = {day_of(start) for start in whole.heard()}
    return Past(today, whole, fine, missing_days(heard, today))


def outlook(
    past: Past, where: Mapping[str, str], *, fixed: Floats, today: DaySoFar | None = None
) -> Outlook:
    """Return what to expect of a scope.

    Args:
        past: what was used before today.
        where: label -> the value it must have.
        fixed: US dollars of provisioned throughput by day ahead, from today on.
        today: what is known of today; None for nothing.
    """
    series = past.series(where, past.today)
    known = 0 if series is None else int(np.count_nonzero(~np.isnan(series.values)))
    if series is None or known < FEWEST_DAYS:
        return Outlook(None, known, ())
    repriced = [Repriced(past.today, series)]
    end = past.today + timedelta(days=len(fixed))
    for day in price_dates(past.days.pricing, past.today, end):
        then = past.series(where, day)
        if then is not None and not np.array_equal(
            then.values, repriced[-1].series.values, equal_nan=True
        ):
            repriced.append(Repriced(day, then))
    changes = [each.since for each in repriced[1:]]
    return Outlook(spend_forecast(repriced, fixed=fixed, today=today), known, changes)
