"""When a series changed its level, and how well that time is known.

Values are what is left of hours (or minutes) beside their normal. They are cut into segments of
constant level so that

    sum of squared deviations from the segments' means + penalty * segments

is least (optimal partitioning: Jackson et al. 2005, doi:10.1109/LSP.2001.838216; the objective of
PELT, Killick et al. 2012, doi:10.1080/01621459.2012.737745). Neighbouring hours are alike, so a
constant level wanders: as a first-order autoregression of 0.6 it varies (1 + 0.6) / (1 - 0.6) = 4
times as much as independent hours do. The penalty is 2 ln(n) times that long-run variance. A
single value that neither neighbour shares is no level and is levelled out first.
"""

import math
from dataclasses import dataclass

import numpy as np

from shared.domain.packing import Floats

LIKENESS = 0.6
LONG_RUN = (1 + LIKENESS) / (1 - LIKENESS)
_PENALTY_PER_LOG = 2.0
_SPIKE_SD = 4.0
# Chi squared, one degree of freedom: 95 %.
_CHI_95 = 3.84


@dataclass(frozen=True, slots=True)
class ChangePoint:
    """A change of level.

    Attributes:
        at: index of the first value of the level after it.
        low: the earliest index as plausible as that, at 95 %.
        high: the latest.
        before: mean of the level before, on the values' scale.
        after: mean of the level after it, up to the end.
    """

    at: int
    low: int
    high: int
    before: float
    after: float


def last_change(values: Floats, sd: float) -> ChangePoint | None:
    """Return the last change of level; None where one level explains the values.

    Args:
        values: in order of time, without holes.
        sd: standard deviation of one value around a constant level, >= 0.
    """
    if len(values) < 3:
        return None
    flat = _without_spikes(values, sd)
    starts = _segments(flat, _PENALTY_PER_LOG * math.log(len(flat)) * LONG_RUN * sd**2)
    if len(starts) < 2:
        return None
    return _located(flat, starts[-2], sd)


def best_change(values: Floats, sd: float) -> ChangePoint | None:
    """Return the most plausible single change of values that are known to have changed.

    Args:
        values: in order of time, without holes.
        sd: standard deviation of one value around a constant level, >= 0.

    Returns:
        None for fewer than two values.
    """
    return _located(values, 0, sd) if len(values) > 1 else None


def level_p_value(mean: float, count: int, sd: float) -> float:
    """Return how likely the mean of consecutive values strays as far from 0, 0..1.

    Args:
        mean: of the values.
        count: how many, > 0.
        sd: of one value, >= 0.
    """
    if sd == 0:
        return 0.0 if mean else 1.0
    kept = LIKENESS
    alike = 2 * kept * (count * (1 - kept) - 1 + kept**count) / (count * (1 - kept) ** 2)
    error = sd * math.sqrt((1 + alike) / count)
    return math.erfc(abs(mean) / error / math.sqrt(2))


def _without_spikes(values: Floats, sd: float) -> Floats:
    inner, before, after = values[1:-1], values[:-2], values[2:]
    sides = np.sign(inner - before) == np.sign(inner - after)
    least = np.minimum(np.abs(inner - before), np.abs(inner - after))
    found = values.copy()
    spikes = sides & (least > _SPIKE_SD * sd) & (np.abs(before - after) < least / 2)
    found[1:-1][spikes] = ((before + after) / 2)[spikes]
    return found


def _segments(values: Floats, penalty: float) -> list[int]:
    """Return where each segment begins, the first at 0."""
    sums = np.concatenate([[0.0], np.cumsum(values)])
    squares = np.concatenate([[0.0], np.cumsum(values**2)])
    best, came_from = np.zeros(len(values) + 1), [0] * (len(values) + 1)
    best[0] = -penalty
    for end in range(1, len(values) + 1):
        starts = np.arange(end)
        spread = squares[end] - squares[:end] - (sums[end] - sums[:end]) ** 2 / (end - starts)
        # Rounding must not make up a difference between values that are all the same.
        spread[spread < 1e-9 * squares[end]] = 0.0
        costs = best[:end] + spread + penalty
        came_from[end] = int(np.argmin(costs))
        best[end] = costs[came_from[end]]
    found, end = [], len(values)
    while end > 0:
        end = came_from[end]
        found.append(end)
    return found[::-1]


def _located(values: Floats, first: int, sd: float) -> ChangePoint:
    """Return the change that splits the values from an index on best."""
    own = values[first:]
    count, splits = len(own), np.arange(1, len(own))
    upto = np.cumsum(own)
    before = upto[:-1] / splits
    after = (upto[-1] - upto[:-1]) / (count - splits)
    gain = splits * (count - splits) / count * (after - before) ** 2
    best = int(np.argmax(gain))
    near = gain >= gain[best] - _CHI_95 * LONG_RUN * sd**2 - 1e-12
    plausible = splits[near]
    return ChangePoint(
        first + best + 1,
        first + int(plausible.min()),
        first + int(plausible.max()),
        float(before[best]),
        float(after[best]),
    )
