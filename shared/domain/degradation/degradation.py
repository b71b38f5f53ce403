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

from shared.domain.baseline.baseline import SeasonalBaseline
from shared.domain.baseline.metrics import ERROR_RATE, QUALITY_PREFIX
from shared.domain.baseline.prediction import Prediction, predict, predict_rate
from shared.domain.degradation.change import Change, Interval, Shape
from shared.domain.span import Span

FEWEST_SAMPLES = 30
_FEWEST_FAILURES = 5
_WORSE_ABOVE = ("response_time", "time_to_first_token", ERROR_RATE)
_WORSE_BELOW = ("tokens_per_second", QUALITY_PREFIX)


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
