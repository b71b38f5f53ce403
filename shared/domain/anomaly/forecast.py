"""What the next value of a series should be, from everything before it.

Three courses compete: the level of the last hours, the time of day and the time of the week. Each
foresees the next value (`course`), and each counts by the fourth power of one over its usual error;
likewise for the normal value, by the usual distance from it. So a rhythm is used where there is
one, and needs no detection.
"""

from typing import NamedTuple

import msgspec

from shared.domain.anomaly.course import Course
from shared.domain.anomaly.rhythm import Rhythm
from shared.domain.anomaly.size import MOST_SIZES, Size

_TRUST_POWER = 4.0
_LEVEL_POINTS = 220
_NOISE_POINTS = 4_500
_RHYTHM_NOISE_SHARE = 0.3
_STEP_CHANGE = 0.05
_GAP_STEPS = 1.5
_MOST_STEPS = 1_000.0
_TINY = 1e-300


class Forecast(NamedTuple):
    """The next value as foreseen.

    Attributes:
        expected: the value, given the last one.
        normal: the value usual at this time, whatever the last one was.
        noise: the usual size of errors at this time.
        steps: how many usual steps passed since the last value; 1 unless there was a gap.
        normals: what the level, the day and the week each say.
    """

    expected: float
    normal: float
    noise: float
    steps: float
    normals: tuple[float, ...]


class Forecaster(msgspec.Struct, array_like=True):
    """What is known of a series' course.

    Attributes:
        points: values seen.
        last: the last one.
        last_s: its time, seconds since the epoch.
        step_s: the usual time between values; 0 while unknown.
        level: running mean of values.
        noise: size of forecast errors.
        swing: size of deviations from the normal value.
        courses: by level, day and week.
        rhythm: the day's and the week's means.
    """

    points: int = 0
    last: float = 0.0
    last_s: float = 0.0
    step_s: float = 0.0
    level: float = 0.0
    noise: Size = msgspec.field(default_factory=Size)
    swing: Size = msgspec.field(default_factory=Size)
    courses: list[Course] = msgspec.field(default_factory=lambda: [Course() for _ in range(3)])
    rhythm: Rhythm = msgspec.field(default_factory=Rhythm)

    def foresee(self, time_s: float) -> Forecast:
        """Return the forecast for a time; there must have been a value."""
        daily, weekly, noise = self.rhythm.at(time_s, self.level)
        normals = (self.level, daily, weekly)
        steps = self._steps(time_s)
        level, day, week = self.courses
        least_error = min(level.error, day.error, week.error) + _TINY
        least_distance = min(level.distance, day.distance, week.distance) + _TINY
        expected = trusts = normal = weights = 0.0
        for course, usual in zip(self.courses, normals, strict=True):
            trust = (least_error / (course.error + _TINY)) ** _TRUST_POWER
            expected += trust * (usual + course.carried(steps) * (self.last - course.normal))
            trusts += trust
            weight = (least_distance / (course.distance + _TINY)) ** _TRUST_POWER
            normal += weight * usual
            weights += weight
        return Forecast(expected / trusts, normal / weights, self._noise(noise), steps, normals)

    def learn(
        self, time_s: float, value: float, forecast: Forecast, *, share: float, rhythm_share: float
    ) -> None:
        """Take in a value.

        Args:
            time_s: seconds since the epoch.
            value: the value.
            forecast: what was foreseen for it.
            share: how much it counts for usual sizes, 0..1.
            rhythm_share: how much for the rhythm, 0..1.
        """
        self.points += 1
        error = abs(value - forecast.expected)
        latest = share * max(1 / self.points, 1 / _NOISE_POINTS)
        self.noise.learn(error, latest, self.points)
        self.swing.learn(abs(value - forecast.normal), latest, self.points)
        most = (_most(self.noise), _most(self.swing))
        for course, normal in zip(self.courses, forecast.normals, strict=True):
            course.learn(value, normal, self.last, points=self.points, most=most)
        self.level += max(1 / self.points, 1 / _LEVEL_POINTS) * (value - self.level)
        error = min(error, 2 * most[0])
        self.rhythm.learn(time_s, value, error, step_s=self.step_s, share=rhythm_share)
        self._pass(time_s)
        self.last = value

    def begin(self, time_s: float, value: float) -> None:
        """Take in the first value."""
        self.points = 1
        self.last = self.level = value
        self.last_s = time_s
        for course in self.courses:
            course.normal = value
        self.rhythm.learn(time_s, value, 0.0, step_s=0.0, share=1.0)

    def _noise(self, there: float | None) -> float:
        if there is None:
            return self.noise.mean
        return (1 - _RHYTHM_NOISE_SHARE) * self.noise.mean + _RHYTHM_NOISE_SHARE * there

    def _steps(self, time_s: float) -> float:
        passed_s = time_s - self.last_s
        if self.step_s <= 0 or passed_s <= _GAP_STEPS * self.step_s:
            return 1.0
        return min(passed_s / self.step_s, _MOST_STEPS)

    def _pass(self, time_s: float) -> None:
        """Follow the usual step: each point moves it by a twentieth at most."""
        passed_s = time_s - self.last_s
        if passed_s > 0:
            off = passed_s / self.step_s - 1 if self.step_s > 0 else 0.0
            self.step_s = self.step_s or passed_s
            self.step_s *= 1 + min(max(off, -_STEP_CHANGE), _STEP_CHANGE)
        self.last_s = time_s


def _most(size: Size) -> float:
    """Return the limit of what counts; none while nothing deviated."""
    return MOST_SIZES * size.mean if size.mean > 0 else float("inf")
