"""A level that moved and stays, and when any change began.

An hour of a noisy model may stray by 20 %; a mean over many hours may not. Hours are compared with
their own normal, cut into levels (`change_point`), and the last level is judged: 6 hours or more,
20 % off, and p < 0.001 for hours that resemble their neighbours.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from shared.domain.baseline.baseline import Scale, SeasonalBaseline, from_scale, to_scale
from shared.domain.baseline.prediction import LEVEL, Prediction
from shared.domain.degradation.change import Began, Change, Shape
from shared.domain.degradation.change_point import (
    ChangePoint,
    best_change,
    last_change,
    level_p_value,
)
from shared.domain.degradation.degradation import Gates, Reading, change_of, exceeds
from shared.domain.packing import Floats, Ints
from shared.domain.timeline import HOUR_M, instant

HOURS_D = 7
_FEWEST_HOURS = 6
_FEWEST_IN_HOUR = 10
_FEWEST_IN_BUCKET = 3
_FEWEST_BUCKETS = 12
_LATELY_H = 24
_SD_PER_MAD = 1.4826


@dataclass(frozen=True, slots=True)
class Steps:
    """A metric's values over steps of time, in order.

    Attributes:
        slots: the minute at which each step begins.
        values: in the metric's unit.
        samples: of each, > 0.
    """

    slots: Ints
    values: Floats
    samples: Ints

    def usable(self, baseline: SeasonalBaseline, fewest: int = _FEWEST_IN_HOUR) -> "Steps":
        """Return the steps with enough samples to tell anything."""
        kept = (self.samples >= fewest) & np.isfinite(self.values)
        if baseline.scale is Scale.LOG:
            kept &= self.values > 0
        return Steps(self.slots[kept], self.values[kept], self.samples[kept])


def shift_of(metric: str, baseline: SeasonalBaseline, hours: Steps, gates: Gates) -> Change | None:
    """Return the level that the last hours have moved to; None where it is the normal one.

    Args:
        metric: its name.
        baseline: what is normal.
        hours: its values by the hour, up to the time of judging.
        gates: what a change has to pass.
    """
    hours = hours.usable(baseline)
    off, sd = _residuals(baseline, hours), baseline.sd_over(HOUR_M)
    found = last_change(off, sd)
    at = 0 if found is None else found.at
    count = len(off) - at
    samples = int(hours.samples[at:].sum())
    if count < _FEWEST_HOURS or samples < gates.samples:
        return None
    moved = float(off[at:].mean())
    expected = _expected(baseline, hours.slots[at:], moved, sd)
    reading = Reading(_moved(baseline.scale, expected.center, moved), samples)
    if not expected.is_unusual or not exceeds(reading.value, expected, gates):
        return None
    change = change_of(metric, baseline, reading, expected, Shape.SHIFT)
    return change.dated(_began(hours.slots, found) if found else None)


def hour_of_change(baseline: SeasonalBaseline, hours: Steps, *, rises: bool) -> Began | None:
    """Return when a change of the last hour began, to the hour; None where hours do not tell."""
    hours = hours.usable(baseline)
    off, sd = _residuals(baseline, hours), baseline.sd_over(HOUR_M)
    found = last_change(off, sd)
    if found is None or (found.after > found.before) is not rises:
        lately = max(len(off) - _LATELY_H, 0)
        found = best_change(off[lately:], sd)
        if found is None or (found.after > found.before) is not rises:
            return None
        low, high = found.low + lately, found.high + lately
        found = replace(found, at=found.at + lately, low=low, high=high)
    return _began(hours.slots, found)


def minute_of_change(
    baseline: SeasonalBaseline, buckets: Steps, hour: Began, *, rises: bool
) -> Began:
    """Return when a change began, to five minutes; as it was known where those do not tell.

    Args:
        baseline: what is normal.
        buckets: values by five minutes, around the hour.
        hour: when it began, to the hour.
        rises: which way the metric changed.
    """
    buckets = buckets.usable(baseline, _FEWEST_IN_BUCKET)
    if len(buckets.slots) < _FEWEST_BUCKETS:
        return hour
    off = _residuals(baseline, buckets)
    sd = float(np.median(np.abs(np.diff(off)))) * _SD_PER_MAD / math.sqrt(2)
    found = best_change(off, sd)
    if found is None or (found.after > found.before) is not rises:
        return hour
    return _began(buckets.slots, found)


def _residuals(baseline: SeasonalBaseline, steps: Steps) -> Floats:
    normal = to_scale(baseline.scale, baseline.centers(steps.slots))
    return to_scale(baseline.scale, steps.values) - normal


def _expected(baseline: SeasonalBaseline, slots: Ints, moved: float, sd: float) -> Prediction:
    """Return where the mean of hours was to be expected."""
    center = float(to_scale(baseline.scale, baseline.centers(slots)).mean())
    p_value = level_p_value(moved, len(slots), sd)
    reach = _reach(len(slots), sd)
    edges = from_scale(baseline.scale, np.array([center - reach, center, center + reach]))
    low, middle, high = edges.tolist()
    return Prediction(middle, low, high, p_value)


def _reach(count: int, sd: float) -> float:
    """Return how far the mean of hours strays in 999 of 1,000 cases, by bisection."""
    low, high = 0.0, 10 * sd
    for _ in range(40):
        middle = (low + high) / 2
        if level_p_value(middle, count, sd) > 1 - LEVEL:
            low = middle
        else:
            high = middle
    return high


def _moved(scale: Scale, center: float, moved: float) -> float:
    return center * math.exp(moved) if scale is Scale.LOG else center + moved


def _began(slots: Ints, found: ChangePoint) -> Began:
    # A change within a step shows in part already: it may have begun in the step before.
    return Began(
        instant(int(slots[found.at])),
        instant(int(slots[found.low - 1])),
        instant(int(slots[found.high])),
    )


def by_time(parts: Iterable[tuple[int, float, int]]) -> Steps:
    """Return steps of (slot, value, samples) in order of time."""
    ordered = sorted(parts)
    slots, values, samples = zip(*ordered, strict=True) if ordered else ((), (), ())
    return Steps(
        np.array(slots, np.int64), np.array(values, np.float64), np.array(samples, np.int64)
    )
