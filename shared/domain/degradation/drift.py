"""A metric that gets worse so slowly that it takes its baseline along.

Such a drift never leaves the prediction interval. It is looked for in 28 daily means (`trend`):
p < 0.01, 20 % from the first day to the last, and a straight line explains the days better than a
single step does.
"""

import numpy as np

from shared.domain.baseline.baseline import Scale, SeasonalBaseline, from_scale, to_scale
from shared.domain.baseline.prediction import Prediction
from shared.domain.degradation.change import Began, Change, Shape
from shared.domain.degradation.change_point import best_change
from shared.domain.degradation.degradation import Gates, Reading, change_of, exceeds
from shared.domain.forecast.daily_series import DailySeries
from shared.domain.packing import Floats
from shared.domain.timeline import EPOCH
from shared.domain.trend import Trend, trend

DRIFT_D = 28
_DRIFT_P = 0.01


def drift_of(
    metric: str, baseline: SeasonalBaseline, days: DailySeries, samples: int, gates: Gates
) -> Change | None:
    """Return how a metric has been drifting; None where it has not.

    Args:
        metric: its name.
        baseline: of the metric.
        days: daily means in its unit; a hole where there was too little.
        samples: requests of all the days.
        gates: what a change has to pass.
    """
    known = days.values[~np.isnan(days.values)]
    if baseline.scale is Scale.LOG and (known <= 0).any():
        return None
    scaled = DailySeries(days.first, to_scale(baseline.scale, days.values))
    found = trend(scaled)
    if found is None or found.p_value >= _DRIFT_P or _is_step(scaled.values):
        return None
    reading, expected = _drifted(baseline.scale, scaled.values, found)
    if not exceeds(reading, expected, gates):
        return None
    change = change_of(metric, baseline, Reading(reading, samples), expected, Shape.DRIFT)
    at = EPOCH + (days.first - EPOCH.date())
    return change.dated(Began(at, at, at))


def _drifted(scale: Scale, values: Floats, found: Trend) -> tuple[float, Prediction]:
    """Return where the line ends, and where it would have without the trend."""
    days = np.flatnonzero(~np.isnan(values))
    first = float(np.median(values[days] - found.slope * days)) + found.slope * days[0]
    length = float(days[-1] - days[0])
    center, last = from_scale(scale, np.array([first, first + found.slope * length]))
    reach = (found.hi95 - found.lo95) / 2 * length
    low, high = from_scale(scale, np.array([first - reach, first + reach]))
    return float(last), Prediction(float(center), float(low), float(high), found.p_value)


def _is_step(values: Floats) -> bool:
    days = np.flatnonzero(~np.isnan(values))
    known = values[days]
    step = best_change(known, 0.0)
    if step is None:
        return False
    parts = (known[: step.at], known[step.at :])
    by_step = sum(float(((part - part.mean()) ** 2).sum()) for part in parts)
    line = np.polyfit(days, known, 1)
    return by_step < float(((known - np.polyval(line, days)) ** 2).sum())
