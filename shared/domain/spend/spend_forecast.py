"""What the days ahead will cost: tokens by meter at each day's prices, and what is provisioned.

History is priced anew for each span of days ahead that has prices of its own: what its tokens,
meter by meter, would have cost then. One forecast of that sum is made for each span, and gives the
span's days. So a price that falls next week counts from next week on, a price that changed in the
past is no trend, and how the meters of several models go up and down together is in the sum, where
bands of single meters could only be combined under a guess of their correlation (decision 0015).

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
        tokens: US dollars of tokens by day, expected.
        spread: how far off that may be.
        fixed: US dollars of provisioned throughput by day, certain.
        spent: US dollars of tokens that today has cost already.
    """

    first: date
    tokens: Floats
    spread: Spread
    fixed: Floats
    spent: float = 0.0

    def daily(self) -> list[tuple[date, Interval]]:
        """Return the days with their bands."""
        mean, floor = self.tokens + self.fixed, self._floor
        middle = mean + self.spread.lean
        low = np.maximum(np.minimum(middle - self.spread.reach, mean), floor)
        high = np.maximum(middle + self.spread.reach, mean)
        bands = zip(mean.tolist(), low.tolist(), high.tolist(), strict=True)
        return [(self.first + timedelta(days=at), Interval(*band)) for at, band in enumerate(bands)]

    def total(self, days: int) -> Interval:
        """Return what the first days come to."""
        if days <= 0:
            return Interval(0.0, 0.0, 0.0)
        reach, excess = self.spread.of_sum(days)
        floor = float(self._floor[:days].sum())
        mean = float(self.tokens[:days].sum() + self.fixed[:days].sum()) + excess
        mean = max(mean, floor)
        return Interval(mean, max(mean - reach, floor), mean + reach)

    def with_today(self, today: DaySoFar) -> "SpendForecast":
        """Return the forecast in the light of what today has cost so far."""
        left, usual = 1 - today.elapsed, float(self.tokens[0])
        whole = today.spent + left * (left * usual + today.spent)
        scale = sqrt(left) * max(1.0, whole / usual if usual else 1.0)
        spread = Spread(
            _first_times(self.spread.reach, scale),
            _first_times(self.spread.lean, scale),
            _first_times(self.spread.excess, left),
            self.spread.together,
        )
        tokens = self.tokens.copy()
        tokens[0] = whole
        return replace(self, tokens=tokens, spread=spread, spent=today.spent)

    @property
    def _floor(self) -> Floats:
        floor = self.fixed.copy()
        floor[0] += self.spent
        return floor


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
    found = SpendForecast(tokens.first, tokens.mean, tokens.spread, fixed)
    return found if today is None else found.with_today(today)


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


def _first_times(values: Floats, factor: float) -> Floats:
    scaled = values.copy()
    scaled[0] *= factor
    return scaled
