"""Simple detectors that a better one must beat, each without look-ahead.

Each returns a score 0..1 per point, x / (1 + x) of a deviation x in units of its usual size; a
missing value scores 0.
"""

from collections.abc import Callable

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from tools.nab.corpus import Labelled
from tools.nab.scorer import Floats

_WINDOW_POINTS = 300
_BLOCK_POINTS = 4_096
_WEEK_HOURS = 168
_SEED = 1
_MAD_TO_DEVIATION = 1.4826


def seasonal_z_score(series: Labelled) -> Floats:
    """Return deviations from the mean of the same hour of the week so far, in its deviations."""
    hours = ((series.times_s // 3_600) % _WEEK_HOURS).astype(int).tolist()
    count, mean, squares = [0] * _WEEK_HOURS, [0.0] * _WEEK_HOURS, [0.0] * _WEEK_HOURS
    found = np.zeros(len(hours))
    for at, (hour, value) in enumerate(zip(hours, series.values.tolist(), strict=True)):
        if value != value:
            continue
        if count[hour] > 1 and squares[hour] > 0:
            found[at] = abs(value - mean[hour]) / (squares[hour] / count[hour]) ** 0.5
        count[hour] += 1
        change = value - mean[hour]
        mean[hour] += change / count[hour]
        squares[hour] += change * (value - mean[hour])
    return _bounded(found)


def median_deviation(series: Labelled) -> Floats:
    """Return deviations from the median of the last 300 points, in median absolute deviations."""
    known = series.values[~np.isnan(series.values)]
    found = np.zeros(len(known))
    for at in range(2, min(_WINDOW_POINTS, len(known))):
        found[at] = _deviations(known[None, :at], known[at : at + 1])[0]
    for first in range(_WINDOW_POINTS, len(known), _BLOCK_POINTS):
        last = min(first + _BLOCK_POINTS, len(known))
        past = sliding_window_view(known[first - _WINDOW_POINTS : last - 1], _WINDOW_POINTS)
        found[first:last] = _deviations(past, known[first:last])
    return _bounded(_with_missing(series, found))


def first_difference(series: Labelled) -> Floats:
    """Return the change from point to point, in deviations of the last 300 changes."""
    known = series.values[~np.isnan(series.values)]
    change = np.abs(np.diff(known, prepend=known[:1]))
    squares = np.cumsum(np.append(0.0, change**2))
    at = np.arange(len(change))
    first = np.maximum(at - _WINDOW_POINTS, 0)
    usual = np.sqrt(np.maximum(squares[at] - squares[first], 0) / np.maximum(at - first, 1))
    found = np.divide(change, usual, out=np.zeros(len(change)), where=usual > 0)
    return _bounded(_with_missing(series, found))


def chance(series: Labelled) -> Floats:
    """Return random numbers."""
    return np.random.default_rng([_SEED, len(series.values)]).random(len(series.values))


REFERENCES: dict[str, Callable[[Labelled], Floats]] = {
    "seasonal z-score": seasonal_z_score,
    "median deviation": median_deviation,
    "first difference": first_difference,
    "random": chance,
}


def _deviations(past: Floats, values: Floats) -> Floats:
    """Return each value's deviation from the median of its row; 0 where the row is constant."""
    middle = np.median(past, axis=1)
    usual = _MAD_TO_DEVIATION * np.median(np.abs(past - middle[:, None]), axis=1)
    away = np.abs(values - middle)
    return np.divide(away, usual, out=np.zeros(len(away)), where=usual > 0)


def _with_missing(series: Labelled, found: Floats) -> Floats:
    every = np.zeros(len(series.values))
    every[~np.isnan(series.values)] = found
    return every


def _bounded(found: Floats) -> Floats:
    return found / (1 + found)
