"""The forecast of a series of at most seven known days: its median, with a wide band.

So few days show no weekday. The band reaches, with the mean distance from the median and the
number of known days,

    reach^2 = (2 * mean distance)^2 + (0.6 * |median| / sqrt(known days))^2

and the errors of days are taken to go together by 0.6, as it is the level that is unknown.
"""

import numpy as np

from shared.domain.forecast.spread import Spread
from shared.domain.packing import Floats

BRIEF_DAYS = 7
_REACH_OF_DISTANCE = 2.0
_REACH_OF_LEVEL = 0.6
_TOGETHER = 0.6


def brief_forecast(values: Floats, horizon_days: int) -> tuple[Floats, Spread]:
    """Return the path and its spread.

    Args:
        values: by day, at least one known; NaN is a hole.
        horizon_days: for how many days.
    """
    known = values[~np.isnan(values)]
    level = float(np.median(known))
    distance = float(np.abs(known - level).mean())
    unknown = _REACH_OF_LEVEL * abs(level) / np.sqrt(len(known))
    reach = float(np.hypot(_REACH_OF_DISTANCE * distance, unknown))
    days = np.ones(horizon_days)
    return level * days, Spread(reach * days, 0 * days, 0 * days, _TOGETHER)
