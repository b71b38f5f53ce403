"""What the days ahead will cost: tokens by meter at each day's prices, and what is provisioned.

History is priced anew for each span of days ahead that has prices of its own: what its tokens,
meter by meter, would have cost then. One forecast of that sum is made for each span, and gives the
span's days. So a price that falls next week counts from next week on, a price that changed in the
past is no trend, and how the meters of several models go up and down together is in the sum, where
bands of single meters could only be combined under a guess of their correlation (decision 0013).

Provisioned throughput costs what is configured, so it is added without a band.

Of the day that runs, a share f of what it usually costs is over and s is spent. With T its
forecast, what is still to come is expected to be (1 - f) ((1 - f) T + s): the usual rest at first,
the rest at the pace of the day at last; its band is sqrt(1 - f) of the day's, wider by the pace
where that is high.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from math import sqrt

import numpy as np

from shared.domain.forecast.daily_series import DailySeries
from shared.domain.forecast.forecasting import METHOD as FORECASTER
from shared.domain.forecast.forecasting import Forecast, Interval, forecast
from shared.domain.forecast.spread import Spread
from shared.domain.packing import Floats

METHOD = f"tokens by meter at the prices of each day, {FORECASTER}; provisioned as configured"


@dataclass(frozen=True, slots=True)
class Repriced:
    """Past days at the prices of days ahead.

    Attributes:
        since: the first of the days ahead that have these prices.
        series: US dollars of tokens by past day.
    """

    since: date
    series: DailySeries


@dataclass(frozen=True, slots=True)
class DaySoFar:
    """What is known of the day that runs.

    Attributes:
        spent: US dollars of tokens so far.
        elapsed: the share of what such a day usually costs that has been spent by this time, 0..1.
    """

    spent: float
    elapsed: float


@dataclass(frozen=True, slots=True)
class SpendForecast:
    """What to expect of the days from today on.

    Attributes:
        first: today.
        mean: US dollars by day, expected.
        spread: how far off that may be.
        floor: US dollars by day that are certain: provisioned, or spent already.
    """

    first: date
    mean: Floats
    spread: Spread
    floor: Floats

    def daily(self) -> list[tuple[date, Interval]]:
        """Return the days with their bands."""
        middle = self.mean + self.spread.lean
        low = np.maximum(np.minimum(middle - self.spread.reach, self.mean), self.floor)
        high = np.maximum(middle + self.spread.reach, self.mean)
        bands = zip(self.mean.tolist(), low.tolist(), high.tolist(), strict=True)
        return [(self.first + timedelta(days=at), Interval(*band)) for at, band in enumerate(bands)]

    def total(self, days: int) -> Interval:
        """Return what the first days come to."""
        if days <= 0:
            return Interval(0.0, 0.0, 0.0)
        reach, excess = self.spread.of_sum(days)
        floor = float(self.floor[:days].sum())
        mean = max(float(self.mean[:days].sum()) + excess, floor)
        return Interval(mean, max(mean - reach, floor), mean + reach)


def spend_forecast(
    repriced: Sequence[Repriced], *, fixed: Floats, today: DaySoFar | None = None
) -> SpendForecast:
    """Return what to expect of the days after a history.

    Args:
        repriced: the history at each set of prices ahead, at least one, in order of their days.
        fixed: US dollars of provisioned throughput by day ahead, at least one day.
        today: what is known of the first of them; None for nothing.
    """
    tokens = _spliced(repriced, len(fixed))
    floor = np.zeros(len(fixed))
    found = SpendForecast(tokens.first, tokens.mean, tokens.spread, floor)
    if today is not None:
        found = _with_today(found, today)
    return replace(found, mean=found.mean + fixed, floor=found.floor + fixed)


def _spliced(repriced: Sequence[Repriced], days: int) -> Forecast:
    """Return one forecast of the days that each set of prices has."""
    parts = [forecast(each.series, days) for each in repriced]
    if len(parts) == 1:
        return parts[0]
    ahead = np.arange(days)
    starts = [(each.since - parts[0].first).days for each in repriced]
    part = np.clip(np.searchsorted(starts, ahead, side="right") - 1, 0, None)
    spreads = [each.spread for each in parts]
    spread = Spread(
        np.stack([each.reach for each in spreads])[part, ahead],
        np.stack([each.lean for each in spreads])[part, ahead],
        np.stack([each.excess for each in spreads])[part, ahead],
        float(np.array([each.together for each in spreads])[part].mean()),
    )
    mean = np.stack([each.mean for each in parts])[part, ahead]
    return Forecast(parts[0].first, mean, spread, parts[0].floor)


def _with_today(found: SpendForecast, today: DaySoFar) -> SpendForecast:
    left = 1 - today.elapsed
    usual = float(found.mean[0])
    whole = today.spent + left * (left * usual + today.spent)
    scale = sqrt(left) * max(1.0, whole / usual if usual else 1.0)
    spread = found.spread
    scaled = Spread(
        _first_times(spread.reach, scale),
        _first_times(spread.lean, scale),
        _first_times(spread.excess, left),
        spread.together,
    )
    mean, floor = found.mean.copy(), found.floor.copy()
    mean[0], floor[0] = whole, today.spent
    return SpendForecast(found.first, mean, scaled, floor)


def _first_times(values: Floats, factor: float) -> Floats:
    scaled = values.copy()
    scaled[0] *= factor
    return scaled
