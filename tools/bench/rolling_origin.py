"""Cuts series where a forecast could have been made, and scores what was forecast there.

A window is a history of at least 100 days and the 30 days after it; of each series up to four are
taken, 101 days apart, the newest first. The score is the mean absolute scaled error (Hyndman &
Koehler 2006, doi:10.1016/j.ijforecast.2006.03.001): the mean absolute error over that of repeating
the week before, on the history.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np

from shared.domain.forecast.daily_series import WEEK_DAYS, DailySeries
from shared.domain.packing import Floats

HORIZON_DAYS = 30
_FEWEST_DAYS = 100
_MOST_WINDOWS = 4
_APART_DAYS = 101


@dataclass(frozen=True, slots=True)
class Window:
    """A history and what came after it.

    Attributes:
        history: what a forecaster may see.
        actual: the 30 days after; NaN is a hole.
        scale: the mean absolute difference between days a week apart, in all of the history.
    """

    history: DailySeries
    actual: Floats
    scale: float


def windows(series: DailySeries) -> list[Window]:
    """Return the windows of a series, newest first, without those of no change or many holes."""
    found: list[Window] = []
    end = len(series.values) - HORIZON_DAYS
    while end >= _FEWEST_DAYS and len(found) < _MOST_WINDOWS:
        history, actual = series.values[:end], series.values[end : end + HORIZON_DAYS]
        scale = weekly_change(history)
        if scale > 0 and not np.isnan(history[-1]) and np.isfinite(actual).sum() > HORIZON_DAYS / 2:
            found.append(Window(DailySeries(series.first, history), actual, scale))
        end -= _APART_DAYS
    return found


def cut(window: Window, days: int) -> Window:
    """Return the window with only the last days of its history, the scale as it was."""
    left_out = max(len(window.history.values) - days, 0)
    first = window.history.first + timedelta(days=left_out)
    return replace(window, history=DailySeries(first, window.history.values[left_out:]))


def weekly_change(values: Floats) -> float:
    """Return the mean absolute difference between known days a week apart; 0 without any."""
    changes = np.abs(values[WEEK_DAYS:] - values[:-WEEK_DAYS])
    known = changes[~np.isnan(changes)]
    return float(known.mean()) if len(known) else 0.0


def scaled_error(window: Window, path: Floats) -> float:
    """Return the mean absolute scaled error of a path of 30 days."""
    return float(np.nanmean(np.abs(path - window.actual))) / window.scale


def mean(values: Sequence[float]) -> float:
    """Return the mean of what is known; NaN is left out."""
    return float(np.nanmean(np.array(values)))
