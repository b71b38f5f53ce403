"""A normal course of a series, and what the last deviation from it says about the next value.

With n(t) the course (a level, or a rhythm's value at t) and x(t) the series, the next value is
foreseen as

    n(t) + c (x(t-1) - n(t-1)),   c = E[d(t) d(t-1)] / E[d(t-1)^2],   d = x - n

a first-order autoregression whose expectations are running means. c is kept within 0..1.
"""

import msgspec

_LATEST_POINTS = 143
Limits = tuple[float, float]


class Course(msgspec.Struct, array_like=True):
    """A course and how well it foresees.

    Attributes:
        normal: its value at the last point.
        together: running mean of d(t) d(t-1).
        squares: running mean of d(t-1)^2.
        error: running mean of the errors of its forecasts.
        distance: running mean of |d|.
    """

    normal: float = 0.0
    together: float = 0.0
    squares: float = 0.0
    error: float = 0.0
    distance: float = 0.0

    def carried(self, steps: float) -> float:
        """Return the share of a deviation that is left after some steps, 0..1."""
        if self.together <= 0 or self.squares <= 0:
            return 0.0
        if self.together >= self.squares:
            return 1.0
        share = self.together / self.squares
        return share if steps == 1 else share**steps

    def learn(self, value: float, normal: float, last: float, *, points: int, most: Limits) -> None:
        """Take in a value.

        Args:
            value: the value.
            normal: the course at its time.
            last: the value before it.
            points: how many values there were, this one included.
            most: what an error and a deviation count as at most, so that no outlier decides.
        """
        latest = 1 / points if points < _LATEST_POINTS else 1 / _LATEST_POINTS
        most_error, most_deviation = most
        now, before = value - normal, last - self.normal
        error = abs(now - self.carried(1) * before)
        self.error += latest * ((error if error < most_error else most_error) - self.error)
        now, before = _within(now, most_deviation), _within(before, most_deviation)
        self.distance += latest * (abs(now) - self.distance)
        self.together += latest * (now * before - self.together)
        self.squares += latest * (before * before - self.squares)
        self.normal = normal


def _within(value: float, most: float) -> float:
    """Return the value, or the nearer of -most and most."""
    if value > most:
        return most
    return value if value > -most else -most
