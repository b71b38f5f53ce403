"""Counts found anomalies and false alarms as events, without adjusting points.

A window is found when a point inside it reaches the threshold. Neighbouring points outside windows
that reach it are one false alarm, and another for every further 20 points that it goes on, so that
a detector which never rests gains nothing. With f windows found of w, and a false alarms,

    precision = f / (f + a),  recall = f / w,  F1 = 2 f / (f + a + w)

The points of probation (`tools/nab/scorer.py`) count neither way; a window that lies in it is left
out.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tools.nab.corpus import Labelled
from tools.nab.scorer import Floats, probation_points

_ALARM_POINTS = 20


@dataclass(frozen=True, slots=True)
class Events:
    """What a threshold gives.

    Attributes:
        found: windows with a detection.
        windows: all of them.
        false_alarms: runs of detections outside windows, long ones counted several times.
    """

    found: int
    windows: int
    false_alarms: int

    @property
    def f1(self) -> float:
        """Return the harmonic mean of precision and recall, 0..1; 0 without windows."""
        total = self.found + self.false_alarms + self.windows
        return 2 * self.found / total if total else 0.0

    def __add__(self, other: "Events") -> "Events":
        return Events(
            self.found + other.found,
            self.windows + other.windows,
            self.false_alarms + other.false_alarms,
        )


def events(corpus: Sequence[Labelled], scored: Sequence[Floats], threshold: float) -> Events:
    """Return the events of a corpus at a threshold."""
    total = Events(0, 0, 0)
    for series, scores in zip(corpus, scored, strict=True):
        total += _of(series, scores, threshold)
    return total


def best_events(corpus: Sequence[Labelled], scored: Sequence[Floats]) -> tuple[float, Events]:
    """Return the threshold of the highest F1, of 200 that divide the scores evenly in rank."""
    every = np.concatenate([scores[probation_points(len(scores)) :] for scores in scored])
    share = np.geomspace(1e-5, 0.2, 200)
    tried = np.unique(np.quantile(every, 1 - share, method="higher"))
    found = [(float(at), events(corpus, scored, at)) for at in tried]
    return max(found, key=lambda pair: pair[1].f1)


def _of(series: Labelled, scores: Floats, threshold: float) -> Events:
    first = probation_points(len(scores))
    alarm = scores >= threshold
    alarm[:first] = False
    windows = [window for window in series.windows if window[1] >= first]
    found = sum(bool(alarm[a : b + 1].any()) for a, b in windows)
    for a, b in windows:
        alarm[a : b + 1] = False
    return Events(found, len(windows), _alarms(alarm))


def _alarms(alarm: NDArray[np.bool_]) -> int:
    edges = np.flatnonzero(np.diff(np.concatenate([[False], alarm, [False]])))
    lengths = edges[1::2] - edges[0::2]
    return int(np.sum(-(-lengths // _ALARM_POINTS)))
