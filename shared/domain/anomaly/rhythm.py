"""What a series usually is at a time of day and of the week, learned as it goes.

Each quarter of an hour of the day, and each hour of the week (UTC), has a running mean. How much a
point counts depends on how many share its slot, so that a day counts the same at any step.
"""

import msgspec

_DAY_S = 86_400
_DAY_SLOTS = 96
_WEEK_SLOTS = 168
_DAY_SLOT_S = _DAY_S / _DAY_SLOTS
_WEEK_SLOT_S = 3_600
_LATEST_DAY_SHARE = 0.08
_LATEST_WEEK_SHARE = 0.3


class Rhythm(msgspec.Struct, array_like=True):
    """Running means by time.

    Attributes:
        day: mean value by quarter of an hour of the day.
        day_points: values seen there.
        noise: mean size of forecast errors there.
        week: mean value by hour of the week.
        week_points: values seen there.
    """

    day: list[float] = msgspec.field(default_factory=lambda: [0.0] * _DAY_SLOTS)
    day_points: list[int] = msgspec.field(default_factory=lambda: [0] * _DAY_SLOTS)
    noise: list[float] = msgspec.field(default_factory=lambda: [0.0] * _DAY_SLOTS)
    week: list[float] = msgspec.field(default_factory=lambda: [0.0] * _WEEK_SLOTS)
    week_points: list[int] = msgspec.field(default_factory=lambda: [0] * _WEEK_SLOTS)

    def at(self, time_s: float, level: float) -> tuple[float, float, float | None]:
        """Return what is usual at a time.

        Returns:
            The day's mean, or `level` before any; the week's, or the day's before any; the mean
            size of errors at that time of day, or None before two.
        """
        day, week = _slots(time_s)
        points = self.day_points[day]
        daily = self.day[day] if points else level
        weekly = self.week[week] if self.week_points[week] else daily
        return daily, weekly, self.noise[day] if points > 1 else None

    def earlier(self, time_s: float, *, points: int) -> float | None:
        """Return the mean at that time of the day; None before there were so many points."""
        day, _ = _slots(time_s)
        return self.day[day] if self.day_points[day] >= points else None

    def learn(
        self, time_s: float, value: float, error: float, *, step_s: float, share: float
    ) -> None:
        """Take in a value and the size of the error of its forecast.

        Args:
            time_s: seconds since the epoch.
            value: the value.
            error: at least 0.
            step_s: the usual time between points; 0 while unknown.
            share: how much the value counts, 0..1.
        """
        day, week = _slots(time_s)
        self.day_points[day] += 1
        self.week_points[week] += 1
        daily = _share(_LATEST_DAY_SHARE, step_s / _DAY_SLOT_S)
        weekly = _share(_LATEST_WEEK_SHARE, step_s / _WEEK_SLOT_S)
        latest = _latest(self.day_points[day], daily, share)
        self.day[day] += latest * (value - self.day[day])
        latest = _latest(self.day_points[day], daily / 2, 1.0)
        self.noise[day] += latest * (error - self.noise[day])
        latest = _latest(self.week_points[week], weekly, share)
        self.week[week] += latest * (value - self.week[week])


def _latest(points: int, least: float, share: float) -> float:
    """Return the share of a mean that the last of some points is; the first is all of it."""
    return share * max(1 / points, least) if points > 1 else 1.0


def _slots(time_s: float) -> tuple[int, int]:
    return int(time_s // _DAY_SLOT_S) % _DAY_SLOTS, int(time_s // _WEEK_SLOT_S) % _WEEK_SLOTS


def _share(slot_share: float, slots: float) -> float:
    """Return what one point counts, where together the points of a slot count `slot_share`."""
    return slot_share if slots <= 0 or slots >= 1 else 1 - (1 - slot_share) ** slots
