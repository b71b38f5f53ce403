"""The forecast of a daily series, with 80 % bands for each day and for sums of days.

Simple forecasts (`members`) are combined, weighed by what each missed on this very series
(`weighing`), once a lasting shift of level is taken out (`level_shift`). The band comes from what
that combination would have missed (`spread`). The same constants serve every series. A day's
forecast is the middle of what may come, half of the days lie above; a total is what to expect on
average, so it is more than the sum of its days where bursts are usual.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np

from shared.domain.forecast.brief_history import BRIEF_DAYS, brief_forecast
from shared.domain.forecast.daily_series import DailySeries, filled
from shared.domain.forecast.level_shift import level_shift, levelled, since_first_spend
from shared.domain.forecast.members import HEAD_STARTS, member_paths
from shared.domain.forecast.spread import Spread, spread
from shared.domain.forecast.weighing import JUDGED_DAYS, actual_paths, origins, weights
from shared.domain.packing import Floats
from shared.errors import InvalidInput

MOST_HORIZON_DAYS = 366
METHOD = "weighted members, rolling-origin bands"
# Four years: three former ones beside the last.
_USED_DAYS = 1461
_MOST_RESCALING = 3.0


@dataclass(frozen=True, slots=True)
class Interval:
    """An expected value and the band that holds the actual one in 80 % of cases."""

    mean: float
    lo80: float
    hi80: float


@dataclass(frozen=True, slots=True)
class Forecast:
    """What to expect of the days after a series.

    Attributes:
        first: the first day.
        mean: expected, by day.
        spread: how far off it may be.
        floor: below which neither days nor sums fall; -inf for none.
    """

    first: date
    mean: Floats
    spread: Spread
    floor: float

    @property
    def lo80(self) -> Floats:
        """The lower end of the band, by day."""
        low = np.minimum(self.mean + self.spread.lean - self.spread.reach, self.mean)
        return np.maximum(low, self.floor)

    @property
    def hi80(self) -> Floats:
        """The upper end of the band, by day."""
        return np.maximum(self.mean + self.spread.lean + self.spread.reach, self.mean)

    def total(self, days: int) -> Interval:
        """Return what to expect of the sum of the first days: its mean, not the days' middles."""
        reach, excess = self.spread.of_sum(days)
        mean = max(float(self.mean[:days].sum()) + excess, self.floor)
        return Interval(mean, max(mean - reach, self.floor), mean + reach)


def forecast(series: DailySeries, horizon_days: int, *, allow_negative: bool = False) -> Forecast:
    """Return what to expect of the days after a series.

    Args:
        series: the history; what lies more than four years back is not used.
        horizon_days: how many days ahead, 1..366.
        allow_negative: whether a series that never fell below zero may do so.

    Raises:
        InvalidInput: the horizon is out of range.
    """
    if not 1 <= horizon_days <= MOST_HORIZON_DAYS:
        reason = f"expected 1..{MOST_HORIZON_DAYS} days, got {horizon_days}"
        raise InvalidInput.at("horizon", reason)
    values = since_first_spend(series.values[-_USED_DAYS:])
    below_zero = allow_negative or bool(np.nanmin(values) < 0)
    floor = -np.inf if below_zero else 0.0
    if np.count_nonzero(~np.isnan(values)) <= BRIEF_DAYS:
        mean, band = brief_forecast(values, horizon_days)
    else:
        mean, band = _combined(values, horizon_days)
    return Forecast(series.after, np.maximum(mean, floor), band, floor)


def _combined(values: Floats, horizon_days: int) -> tuple[Floats, Spread]:
    whole = filled(values)
    shift = level_shift(whole)
    if shift is not None:
        values, whole = levelled(values, shift), levelled(whole, shift)
    starts = origins(len(values))
    paths = member_paths(whole, starts, max(horizon_days, JUDGED_DAYS))
    actual = actual_paths(values, starts[1:])
    past = paths[1:, :, :JUDGED_DAYS]
    weighed = weights(past, actual, HEAD_STARTS)
    mean = weighed.combined(paths[:1])[0]
    past_means = weighed.combined(past)
    errors = actual - past_means
    if np.nanmin(values) >= 0:
        errors = errors * _rescaling(past_means, mean)
    return mean[:horizon_days], spread(errors, values=whole, horizon_days=horizon_days)


def _rescaling(past_means: Floats, mean: Floats) -> Floats:
    """Return by what factor errors at each origin would be larger at the level of today."""
    before = np.abs(past_means).mean(axis=1)
    today = float(np.abs(mean[:JUDGED_DAYS]).mean())
    ratio = np.divide(today, before, out=np.ones_like(before), where=before > 0)
    factors: Floats = np.clip(ratio, 1 / _MOST_RESCALING, _MOST_RESCALING)[:, None]
    return factors
