"""A change of a metric: what it is, what it was expected to be, and when it began."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import msgspec

from shared.domain.baseline.prediction import LEVEL


class Shape(StrEnum):
    """What a change looks like."""

    SPAN = "span"
    SHIFT = "shift"
    DRIFT = "drift"


class Interval(msgspec.Struct, frozen=True):
    """Where a value was to be expected.

    Attributes:
        low: lower end, in the metric's unit.
        high: upper end, likewise.
        level: with which probability, 0..1.
    """

    low: float
    high: float
    level: float = LEVEL


@dataclass(frozen=True, slots=True)
class Began:
    """When a change began.

    Attributes:
        at: the most plausible time, UTC.
        earliest: the earliest that is as plausible at 95 %.
        latest: the latest.
    """

    at: datetime
    earliest: datetime
    latest: datetime


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """A metric that is not as it normally is.

    Attributes:
        metric: as baselines name it.
        shape: the span alone is judged, or a level that lasts, or a slow drift.
        current: what it is, in its unit.
        baseline: what is normal at that time, likewise.
        effect: current / baseline - 1; None where the normal value is 0.
        interval: where `current` was to be expected.
        p_value: how likely it is by chance, 0..1.
        worse: whether it is for the worse; more tokens a request are neither.
        samples: requests that `current` was made from.
        confidence: how sure it is, 0..1.
        since: when it began, UTC; None where hours do not tell.
        since_earliest: the earliest that is as plausible at 95 %.
        since_latest: the latest.
    """

    metric: str
    shape: Shape
    current: float
    baseline: float
    effect: float | None
    interval: Interval
    p_value: float
    worse: bool
    samples: int
    confidence: float
    since: datetime | None = None
    since_earliest: datetime | None = None
    since_latest: datetime | None = None

    @property
    def began(self) -> Began | None:
        """Return when it began."""
        if self.since is None or self.since_earliest is None or self.since_latest is None:
            return None
        return Began(self.since, self.since_earliest, self.since_latest)

    def dated(self, began: Began | None) -> "Change":
        """Return the change with the time at which it began."""
        if began is None:
            return self
        return msgspec.structs.replace(
            self, since=began.at, since_earliest=began.earliest, since_latest=began.latest
        )
