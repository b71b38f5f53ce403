"""Whether a model does worse than it normally does at this time of the week.

A metric has *changed* where all of this holds; one condition alone is never enough:

    samples    at least 30 requests in the span that is judged
    surprise   the value lies outside of the 99.9 % prediction interval (`prediction`)
    effect     it differs by 20 % of the normal value or more (setting DEGRADATION_PERCENT);
               of failures besides, by 5 requests or more

It is a *degradation* where the change is for the worse. How sure that is: the square root of the
baseline's confidence times n / (n + 30) for n samples.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import msgspec

from shared.domain.baseline.baseline import SeasonalBaseline
from shared.domain.baseline.metrics import ERROR_RATE, QUALITY_PREFIX
from shared.domain.baseline.prediction import LEVEL, Prediction, predict, predict_rate
from shared.domain.span import Span

FEWEST_SAMPLES = 30
_FEWEST_FAILURES = 5
_WORSE_ABOVE = ("response_time", "time_to_first_token", ERROR_RATE)
_WORSE_BELOW = ("tokens_per_second", QUALITY_PREFIX)


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


@dataclass(frozen=True, slots=True)
class Reading:
    """What a metric was over a span.

    Attributes:
        value: in its unit.
        samples: requests it was made from.
    """

    value: float
    samples: int


@dataclass(frozen=True, slots=True)
class Gates:
    """What a change has to pass beside being a surprise.

    Attributes:
        effect: least difference as a share of the normal value, > 0.
        samples: fewest samples.
    """

    effect: float = 0.2
    samples: int = FEWEST_SAMPLES


def changes_of(
    normal: Mapping[str, SeasonalBaseline],
    readings: Mapping[str, Reading],
    span: Span,
    gates: Gates,
) -> list[Change]:
    """Return the metrics that changed, for the worse ones first, then by effect.

    Args:
        normal: metric -> its baseline.
        readings: metric -> what it was over the span.
        span: what is judged.
        gates: what a change has to pass.
    """
    found = [
        change
        for metric, baseline in normal.items()
        if metric in readings
        and (change := judge(metric, baseline, readings[metric], span, gates)) is not None
    ]
    return sorted(found, key=rank)


def rank(change: Change) -> tuple[bool, float]:
    """Return the place of a change among others: the worse first, then the greater."""
    return not change.worse, -abs(math.inf if change.effect is None else change.effect)


def judge(
    metric: str, baseline: SeasonalBaseline, reading: Reading, span: Span, gates: Gates
) -> Change | None:
    """Return how a metric changed; None where it did not, or too little is known."""
    window_m = span.end - span.first
    if reading.samples < gates.samples or not _on_scale(baseline, reading.value):
        return None
    at = {"minute": span.first + window_m // 2, "window_m": window_m}
    if metric == ERROR_RATE:
        failures = round(reading.value * reading.samples)
        expected = predict_rate(baseline, failures, reading.samples, **at)
        enough = abs(failures - expected.center * reading.samples) >= _FEWEST_FAILURES
    else:
        expected, enough = predict(baseline, reading.value, reading.samples, **at), True
    if not enough or not expected.is_unusual or not exceeds(reading.value, expected, gates):
        return None
    return change_of(metric, baseline, reading, expected, Shape.SPAN)


def change_of(
    metric: str, baseline: SeasonalBaseline, reading: Reading, expected: Prediction, shape: Shape
) -> Change:
    """Return a change that has passed its gates."""
    center = expected.center
    share = reading.samples / (reading.samples + FEWEST_SAMPLES)
    return Change(
        metric=metric,
        shape=shape,
        current=reading.value,
        baseline=center,
        effect=effect_of(reading.value, center),
        interval=Interval(expected.low, expected.high),
        p_value=expected.p_value,
        worse=is_worse(metric, reading.value - center),
        samples=reading.samples,
        confidence=math.sqrt(baseline.confidence * share),
    )


def effect_of(value: float, center: float) -> float | None:
    """Return the difference as a share of the normal value; None where that is 0."""
    return value / center - 1 if center else None


def exceeds(value: float, expected: Prediction, gates: Gates) -> bool:
    """Tell whether the difference from the normal value is large enough to matter."""
    effect = effect_of(value, expected.center)
    return effect is None or abs(effect) >= gates.effect


def is_worse(metric: str, difference: float) -> bool:
    """Tell whether a difference from the normal value is for the worse."""
    if metric.startswith(_WORSE_ABOVE):
        return difference > 0
    return metric.startswith(_WORSE_BELOW) and difference < 0


def _on_scale(baseline: SeasonalBaseline, value: float) -> bool:
    return math.isfinite(value) and (value > 0 or baseline.scale == "plain")
