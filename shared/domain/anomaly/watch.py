"""One series watched step by step: scored, and told whether it is abnormal for the time being.

An alert of the detector (`ALERT_SCORE`) begins an episode. What follows is scored low, as it is no
news; so the episode goes on by distance: while the value alerts again, or is further than five
usual distances both from what was normal when it began and from what earlier days had at that
time. Two values in a row that are neither end it, and so does a day: then it is the new usual, as
it is for the detector by that time. Where only one side is for the worse, as more failures are, a
deviation to the other is scored and begins nothing.
"""

import math
from enum import IntEnum
from typing import NamedTuple

import msgspec

from shared.domain.anomaly.detector import ALERT_SCORE, WARM_POINTS, Detector

STEP_M = 5
"""Minutes of a value: a bucket, so that a step is complete when its bucket is."""

CALM_STEPS = 2
_LONGEST_M = 1440
_FAR_DISTANCES = 5.0
# The rhythm goes by quarters of an hour: so many of its points are a day's.
_DAYS_POINTS = 15 // STEP_M


class Worse(IntEnum):
    """On which side of normal a deviation is for the worse."""

    BELOW = -1
    EITHER = 0
    ABOVE = 1


class PointState(IntEnum):
    """What a value was good for; stored as its number.

    Attributes:
        SCORED: judged, and no part of an episode.
        LEARNING: one of the first values, from which the detector learns.
        FEW: of too few samples to be judged.
        ABNORMAL: judged, and part of an episode.
    """

    SCORED = 0
    LEARNING = 1
    FEW = 2
    ABNORMAL = 3


class Point(NamedTuple):
    """What one value was given.

    Attributes:
        score: the detector's, 0..1.
        held: what rules see: while an episode goes on, its highest score so far; 0 for a deviation
            for the better; else `score`.
        low: from here to `high` a value would not be an alert by itself; None before the first.
        high: the upper end of the same.
        normal: what was usual at that time; None before the first value.
        state: what the value was good for.
        since: the step with which the episode began, in minutes since the epoch; 0 outside of one.
    """

    score: float
    held: float
    low: float | None
    high: float | None
    normal: float | None
    state: PointState
    since: int


class Watch(msgspec.Struct, array_like=True):
    """All that is remembered of a series.

    Attributes:
        detector: scores it.
        seen: its latest step with a value.
        since: the step with which its episode began; 0 outside of one.
        peak: the episode's highest score.
        calm: values since the last abnormal one.
        normal: what was normal when the episode began.
        distance: the usual distance from normal at that time.
        above: whether its first value was above.
    """

    detector: Detector = msgspec.field(default_factory=Detector)
    seen: int = 0
    since: int = 0
    peak: float = 0.0
    calm: int = 0
    normal: float = 0.0
    distance: float = 0.0
    above: bool = False

    def take(self, step: int, value: float, *, few: bool, worse: Worse = Worse.EITHER) -> Point:
        """Score a step's value, then learn from it.

        Args:
            step: its first minute, later than that of any value before.
            value: finite.
            few: whether too few samples make it up; it is not learned from then.
            worse: the side on which an episode may be.
        """
        self.seen = step
        time_s, forecaster = step * 60.0, self.detector.forecaster
        daily = forecaster.rhythm.earlier(time_s, points=_DAYS_POINTS)
        normal = forecaster.foresee(time_s).normal if forecaster.points else None
        scored = self.detector.score(time_s, math.nan if few else value)
        band = scored.low, scored.high, normal
        if few:
            return Point(0.0, 0.0, *band, PointState.FEW, 0)
        if forecaster.points <= WARM_POINTS:
            return Point(0.0, 0.0, *band, PointState.LEARNING, 0)
        score = 0.0 if worse * self.detector.away < 0 else scored.score
        if not self._abnormal(step, value, score, daily):
            return Point(scored.score, score, *band, PointState.SCORED, 0)
        self.peak = max(self.peak, score)
        return Point(scored.score, self.peak, *band, PointState.ABNORMAL, self.since)

    def _abnormal(self, step: int, value: float, score: float, daily: float | None) -> bool:
        """Tell whether a value belongs to an episode, and begin or end that."""
        alert = score >= ALERT_SCORE
        if self.since and not alert and step - self.since >= _LONGEST_M:
            self.since = 0
        if not self.since:
            if alert:
                self._begin(step, value)
            return alert
        if alert or self._is_far(value, daily):
            self.calm = 0
            return True
        self.calm += 1
        if self.calm >= CALM_STEPS:
            self.since = 0
        return False

    def _begin(self, step: int, value: float) -> None:
        self.since, self.peak, self.calm = step, 0.0, 0
        self.normal = value - self.detector.away
        self.distance = self.detector.forecaster.swing.mean
        self.above = self.detector.away >= 0

    def _is_far(self, value: float, daily: float | None) -> bool:
        """Tell whether a value is still away from normal, on the side where the episode began."""
        far = _FAR_DISTANCES * self.distance
        side = 1 if self.above else -1
        if side * (value - self.normal) <= far:
            return False
        return daily is None or side * (value - daily) > far
