"""Whether a daily series goes up or down, and by how much a day.

The Mann-Kendall test counts over all pairs of days how many rise and how many fall, after the
profile of the week is taken out; the slope is the median of the slopes of all pairs (Theil-Sen).
A day resembles the one before, so the test's variance is multiplied (Hamed & Rao 1998,
doi:10.1016/S0022-1694(97)00125-X) by

    1 + 2 / (n (n-1) (n-2)) * sum over k of (n-k) (n-k-1) (n-k-2) * 6 / pi * asin(r^k / 2)

where r^k is the autocorrelation of a first-order process in place of n noisy estimates, and r that
of the residuals, corrected for the level and slope taken out: (n r + 3) / (n - 6). The 6 weekday
effects estimated multiply it by (n-2) / (n-8). Of series without a trend, 2 to 9 % are then said to
have one at p < 0.05, from 21 to 365 days and for autocorrelations from 0 to 0.85 (decision 0008).
"""

from dataclasses import dataclass
from enum import StrEnum
from math import erfc, sqrt

import numpy as np

from shared.domain.forecast.daily_series import WEEK_DAYS, DailySeries
from shared.domain.packing import Floats, Ints

LEAST_KNOWN_DAYS = 21
METHOD = "Mann-Kendall on weekday-adjusted days, first-order autocorrelation, Theil-Sen slope"
_MOST_DAYS = 730
_SIGNIFICANCE = 0.05
_NORMAL_975 = 1.96
_MOST_AUTOCORRELATION = 0.98
_OUTLIER_DEVIATIONS = 2.5 * 1.4826
_WEEKDAY_EFFECTS = 6


class Direction(StrEnum):
    """Where a series goes."""

    INCREASING = "increasing"
    DECREASING = "decreasing"
    STABLE = "stable"


@dataclass(frozen=True, slots=True)
class Trend:
    """A trend that was looked for in enough days.

    Attributes:
        direction: STABLE unless the test is significant at 5 %.
        slope: the change a day, in the unit of the series.
        lo95: the lower end of the slope's 95 % interval.
        hi95: the upper end.
        p_value: how likely a series without a trend looks like this, 0..1.
    """

    direction: Direction
    slope: float
    lo95: float
    hi95: float
    p_value: float


def trend(series: DailySeries) -> Trend | None:
    """Return the trend of the last two years at most; None with fewer than 21 known days."""
    values = series.values[-_MOST_DAYS:]
    days = np.flatnonzero(~np.isnan(values))
    if len(days) < LEAST_KNOWN_DAYS:
        return None
    adjusted = _weekday_adjusted(values[days], days)
    earlier, later = np.triu_indices(len(days), 1)
    rises = adjusted[later] - adjusted[earlier]
    slopes = np.sort(rises / (days[later] - days[earlier]))
    slope = float(np.median(slopes))
    score, variance = float(np.sign(rises).sum()), _variance(adjusted, slope, days)
    p_value = _p_value(score, variance)
    low, high = _interval(slopes, variance)
    return Trend(_direction(slope, p_value), slope, low, high, p_value)


def _weekday_adjusted(values: Floats, days: Ints) -> Floats:
    """Return the values less what sets their weekday apart, outliers cut."""
    flat = values - _same_weekday_slope(values, days) * days
    weekday = days % WEEK_DAYS
    here = [np.flatnonzero(weekday == each) for each in np.unique(weekday)]
    middle = np.empty(len(flat))
    for places in here:
        middle[places] = np.median(flat[places])
    off = flat - middle
    usual = np.abs(off[off != 0])
    reach = _OUTLIER_DEVIATIONS * float(np.median(usual)) if len(usual) else 0.0
    kept = middle + np.clip(off, -reach, reach)
    profile = np.empty(len(flat))
    for places in here:
        profile[places] = kept[places].mean()
    adjusted: Floats = values - (profile - profile.mean())
    return adjusted


def _same_weekday_slope(values: Floats, days: Ints) -> float:
    earlier, later = np.triu_indices(len(days), 1)
    apart = days[later] - days[earlier]
    same = apart % WEEK_DAYS == 0
    if not same.any():
        return 0.0
    return float(np.median((values[later] - values[earlier])[same] / apart[same]))


def _variance(adjusted: Floats, slope: float, days: Ints) -> float:
    """Return the variance of the score of a series without a trend."""
    count = len(adjusted)
    ties = np.unique(adjusted, return_counts=True)[1]
    plain = float(_tie_term(np.array([count]))[0] - _tie_term(ties).sum()) / 18
    lags = np.arange(1, count)
    power = _autocorrelation(adjusted - slope * days, days) ** lags
    ranks = 6 / np.pi * np.arcsin(power / 2)
    pairs = (count - lags) * (count - lags - 1) * (count - lags - 2)
    together = 1 + 2 * float(pairs @ ranks) / (count * (count - 1) * (count - 2))
    return plain * together * (count - 2) / (count - 2 - _WEEKDAY_EFFECTS)


def _tie_term(counts: Ints) -> Ints:
    return counts * (counts - 1) * (2 * counts + 5)


def _autocorrelation(residuals: Floats, days: Ints) -> float:
    """Return the correlation of one day with the next, at least 0."""
    off = residuals - residuals.mean()
    next_day = np.diff(days) == 1
    squares, pairs = float(off @ off), int(next_day.sum())
    if not squares or not pairs:
        return 0.0
    found = float((off[:-1] * off[1:])[next_day].sum()) / pairs * len(off) / squares
    found *= (len(off) - 1) / len(off)
    corrected = (len(off) * found + 3) / (len(off) - 6)
    return min(max(corrected, 0.0), _MOST_AUTOCORRELATION)


def _p_value(score: float, variance: float) -> float:
    if not variance:
        return 1.0
    distance = max(abs(score) - 1, 0.0) / sqrt(variance)
    return erfc(distance / sqrt(2))


def _interval(slopes: Floats, variance: float) -> tuple[float, float]:
    """Return the 95 % interval of the median of sorted slopes (Gilbert 1987, section 16.5.2)."""
    reach = _NORMAL_975 * sqrt(variance)
    low = max(int((len(slopes) - reach) / 2), 0)
    high = min(int((len(slopes) + reach) / 2) + 1, len(slopes) - 1)
    return float(slopes[low]), float(slopes[high])


def _direction(slope: float, p_value: float) -> Direction:
    if p_value >= _SIGNIFICANCE or not slope:
        return Direction.STABLE
    return Direction.INCREASING if slope > 0 else Direction.DECREASING
