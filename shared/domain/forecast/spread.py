"""How far a forecast may be off, for a day and for a sum of days, from what it missed so far.

An 80 % band reaches `reach` to each side of the forecast, plus a `lean` where errors are skewed, as
bursts make them. A day's forecast is the middle of what may come; a sum is expected to come to more
than its days' middles by their `excess`, for in a sum a burst is not made up for by quiet days. All
three grow with the days ahead by sqrt(1 + 0.04 (days - 1)).

    reach^2 = known * half the span of the errors' 10th and 90th percentiles^2
            + (1 - known) * unknown^2,                    known = months / (months + 3)
    unknown = 1.5 * mean change over a week * (1 + 0.5 / sqrt(changes seen)), each change cut
              at 10 times their median,

times 1 + 0.2 / sqrt(1 + months), for what so few months cannot tell; `months` are the judged days
of all origins, in units of 30. Errors of days go together: a level that is wrong today is wrong
tomorrow. With `together` their mean correlation, a sum reaches

    reach of sum^2 = sum of reach^2 + together * ((sum of reach)^2 - sum of reach^2)

where `together` solves this for the 80th percentile of the past errors of 30-day sums, held to 0.45
as far as there are few of them. Independent days (`together` 0) would give bands of sums that hold
38 % of them. The constants were chosen for coverage on public daily series (decision 0008).
"""

from dataclasses import dataclass

import numpy as np

from shared.domain.forecast.daily_series import WEEK_DAYS
from shared.domain.packing import Floats

_MONTH_DAYS = 30
_GROWTH = 0.04
_REACH_OF_WEEKLY_CHANGE = 1.5
_FEW_CHANGES = 0.5
_WILD_CHANGE = 10.0
_REACH_DOUBT_MONTHS = 3.0
_SKEW_DOUBT_MONTHS = 10.0
_WIDENING = 0.2
_TOGETHER = 0.45
_TOGETHER_DOUBT_MONTHS = 6.0
_FEWEST_SUMS = 2


@dataclass(frozen=True, slots=True)
class Spread:
    """The 80 % band about a forecast.

    Attributes:
        reach: half its width, by day ahead.
        lean: how far its middle is above the forecast, by day ahead.
        excess: how far the mean of what may come is above the forecast, by day ahead.
        together: the mean correlation between the errors of two days, within 0..1.
    """

    reach: Floats
    lean: Floats
    excess: Floats
    together: float

    def of_sum(self, days: int) -> tuple[float, float]:
        """Return reach and excess of the sum of the first days."""
        reach = self.reach[:days]
        alone, whole = float((reach**2).sum()), float(reach.sum()) ** 2
        together = alone + self.together * (whole - alone)
        return float(np.sqrt(together)), float(self.excess[:days].sum())


def spread(errors: Floats, *, values: Floats, horizon_days: int) -> Spread:
    """Return the band that past errors suggest.

    Args:
        errors: actual less forecast, by origin (newest first, a week apart) and day ahead (30 of
            them); NaN where not known.
        values: the series, of more than a week; no holes.
        horizon_days: for how many days.
    """
    growth = _growth(max(horizon_days, _MONTH_DAYS))
    known = ~np.isnan(errors)
    months = float(known.sum()) / _MONTH_DAYS
    level_errors = (errors / growth[:_MONTH_DAYS])[known]
    reach = _reach(level_errors, months, _unknown_reach(values))
    lean, excess = _lean_and_excess(level_errors, months)
    sums = errors[known.all(axis=1)].sum(axis=1)
    together = _together(sums, reach * growth[:_MONTH_DAYS])
    ahead = growth[:horizon_days]
    return Spread(reach * ahead, lean * ahead, excess * ahead, together)


def _growth(days: int) -> Floats:
    growth = np.sqrt(1 + _GROWTH * np.arange(days))
    scaled: Floats = growth / growth[:_MONTH_DAYS].mean()
    return scaled


def _unknown_reach(values: Floats) -> float:
    changes = np.abs(values[WEEK_DAYS:] - values[:-WEEK_DAYS])
    most = _WILD_CHANGE * float(np.median(changes))
    usual = float((np.minimum(changes, most) if most else changes).mean())
    few = 1 + _FEW_CHANGES / np.sqrt(len(changes))
    return float(_REACH_OF_WEEKLY_CHANGE * usual * few)


def _reach(errors: Floats, months: float, unknown: float) -> float:
    widening = 1 + _WIDENING / np.sqrt(1 + months)
    if not len(errors):
        return float(widening * unknown)
    low, high = np.quantile(errors, [0.1, 0.9])
    known = months / (months + _REACH_DOUBT_MONTHS)
    return float(widening * np.sqrt(known * ((high - low) / 2) ** 2 + (1 - known) * unknown**2))


def _lean_and_excess(errors: Floats, months: float) -> tuple[float, float]:
    if not len(errors):
        return 0.0, 0.0
    least, low, middle, high, most = np.quantile(errors, [0.02, 0.1, 0.5, 0.9, 0.98])
    mean = np.clip(errors, least, most).mean()
    known = months / (months + _SKEW_DOUBT_MONTHS)
    return float(known * ((high + low) / 2 - middle)), float(known * (mean - middle))


def _together(sums: Floats, reach: Floats) -> float:
    """Return the correlation at which the band of a sum holds 80 % of past sums."""
    alone, whole = float((reach**2).sum()), float(reach.sum()) ** 2
    if len(sums) < _FEWEST_SUMS or whole <= alone:
        return _TOGETHER
    held = float(np.quantile(np.abs(sums), 0.8)) ** 2
    found = min(max((held - alone) / (whole - alone), 0.0), 1.0)
    months = len(sums) * WEEK_DAYS / _MONTH_DAYS
    known = months / (months + _TOGETHER_DOUBT_MONTHS)
    return known * found + (1 - known) * _TOGETHER
