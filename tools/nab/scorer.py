"""Scores detections as the Numenta Anomaly Benchmark does, in its standard profile.

Every point that reaches the threshold is a detection. The first part of a file is probation and
not scored: 15 % of it, up to 750 points. Of the detections inside a window the best counts: with
y the position, from -1 at the window's first point to nearly 0 at its last,

    value(y) = 2 / (1 + exp(5 y)) - 1,  divided by value(-1)

so an early one earns nearly 1 and one at the end nearly 0; a window without detection costs 1.
A detection outside costs 0.11 times -value(y), y being its distance to the end of the last window
in widths of it (less one point); beyond 3 widths, or before any window, it costs 0.11. The sum
over a corpus is normalised so that no detection at all is 0 and a perfect detector is 100.
Sources: https://arxiv.org/abs/1510.03336, and nab/sweeper.py of https://github.com/numenta/NAB.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tools.nab.corpus import Labelled

FALSE_ALARM_COST = 0.11
_PROBATION_SHARE = 0.15
_PROBATION_POINTS = 750
_FAR_WIDTHS = 3.0

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Sweep:
    """The corpus's score at every threshold that makes a difference.

    Attributes:
        thresholds: descending; the first is above every score, so that nothing is detected.
        scores: 0 for no detection, 100 for a perfect detector, below 0 for a harmful one.
    """

    thresholds: Floats
    scores: Floats

    @property
    def best(self) -> tuple[float, float]:
        """Return the threshold that scores best, and its score."""
        at = int(np.argmax(self.scores))
        return float(self.thresholds[at]), float(self.scores[at])

    def at(self, threshold: float) -> float:
        """Return the score of detections at a threshold of the caller's."""
        return float(self.scores[np.flatnonzero(self.thresholds >= threshold)[-1]])


def probation_points(length: int) -> int:
    """Return how many points at the start of a series are not scored."""
    return min(int(_PROBATION_SHARE * length), _PROBATION_POINTS)


def sweep(corpus: Sequence[Labelled], scored: Sequence[Floats]) -> Sweep:
    """Score a corpus at all thresholds.

    Args:
        corpus: the labelled series.
        scored: a score per point of each, 0..1.
    """
    gains: list[Floats] = []
    levels: list[Floats] = []
    for series, scores in zip(corpus, scored, strict=True):
        gain, order = _gains(series, scores)
        gains.append(gain)
        levels.append(scores[order])
    gain, level = np.concatenate(gains), np.concatenate(levels)
    order = np.argsort(-level, kind="stable")
    level, total = level[order], np.cumsum(gain[order])
    ends = np.flatnonzero(np.append(level[1:] != level[:-1], True))
    windows = sum(len(series.windows) for series in corpus)
    raw = np.append(0.0, total[ends])
    return Sweep(np.append(np.inf, level[ends]), 100 * raw / (2 * windows))


def _gains(series: Labelled, scores: Floats) -> tuple[Floats, Ints]:
    """Return what each point adds once the threshold falls to it, and the points by score."""
    worth, window = _worth(series)
    first = probation_points(len(scores))
    order = first + np.argsort(-scores[first:], kind="stable")
    worth, window = worth[order], window[order]
    gain = worth.copy()
    for number in range(len(series.windows)):
        inside = window == number
        best = np.maximum.accumulate(np.append(-1.0, worth[inside]))
        gain[inside] = np.diff(best)
    return gain, order


def _worth(series: Labelled) -> tuple[Floats, Ints]:
    """Return each point's worth as a detection, and its window's number (-1 outside)."""
    length = len(series.values)
    worth = np.full(length, -FALSE_ALARM_COST)
    window = np.full(length, -1, np.int64)
    for number, (first, last) in enumerate(series.windows):
        width = last - first + 1
        past = np.arange(last + 1, length)
        far = (past - last) / max(width - 1, 1)
        cost = np.where(far > _FAR_WIDTHS, -1.0, _value(far))
        worth[past] = FALSE_ALARM_COST * cost
        inside = np.arange(first, last + 1)
        worth[inside] = _value((inside - last - 1) / width) / _value(np.array(-1.0))
        window[inside] = number
    return worth, window


def _value(position: Floats) -> Floats:
    return 2 / (1 + np.exp(5 * np.minimum(position, _FAR_WIDTHS))) - 1
