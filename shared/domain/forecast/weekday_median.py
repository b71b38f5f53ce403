"""The median of each weekday over the last weeks: what no burst and no trend can bend.

Over one week it is the seasonal naive forecast.
"""

from collections.abc import Sequence

import numpy as np

from shared.domain.forecast.daily_series import WEEK_DAYS
from shared.domain.packing import Floats, Ints


def paths(values: Floats, weeks: Sequence[int], origins: Ints, horizon_days: int) -> Floats:
    """Return forecasts by origin, number of weeks and day ahead.

    Args:
        values: by day; no holes.
        weeks: over how many weeks to take medians; fewer where there are not as many.
        origins: the first day to be forecast, each; whole weeks apart and at least 7.
        horizon_days: how many days.
    """
    offset = int(origins[0]) % WEEK_DAYS
    table = values[offset : int(origins.max())]
    table = table[: len(table) // WEEK_DAYS * WEEK_DAYS].reshape(-1, WEEK_DAYS)
    rows = (origins - offset) // WEEK_DAYS
    profiles = np.stack([_running_median(table, count)[rows - 1] for count in weeks], axis=1)
    return profiles[:, :, np.arange(horizon_days) % WEEK_DAYS]


def _running_median(table: Floats, count: int) -> Floats:
    """Return for each week the medians of the `count` weeks that it ends."""
    starting = [np.median(table[: end + 1], axis=0) for end in range(min(count - 1, len(table)))]
    if len(table) < count:
        return np.array(starting)
    windows = np.lib.stride_tricks.sliding_window_view(table, count, axis=0)
    whole: Floats = np.median(windows, axis=2)
    return np.concatenate([np.array(starting).reshape(-1, WEEK_DAYS), whole])
