"""When a change is judged, and the interval that each look gives.

Looking at data again and again until it says something finds something in the end. So there are
six looks, each with its share of the probability of a false verdict that is allowed in all:

| look after | unit | error spent |
| --- | --- | --- |
| 2 days | matched hours, in blocks of six | 0.001 |
| 4 days | days | 0.002 |
| 7 days | days | 0.020 |
| 14 days | days | 0.007 |
| 21 days | days | 0.003 |
| 28 days | days | 0.003 |

By the union bound all six intervals hold the true difference together with probability 0.964 at
least, whatever binds the looks to one another: a confidence sequence over them. Most is spent on
whole weeks, as traffic goes by the week. Source: Lan and DeMets 1983, Discrete sequential
boundaries for clinical trials, Biometrika 70, 659-663.

An interval is Student's, over n weighted blocks; m blocks of history on which nothing was changed,
d0 with a mean of 0, add to what is known of the spread:

    s^2 = (sum of w0 d0^2 + sum of w (d - mean)^2) / (m + n - 1)
    mean +- t(error, m + n - 1) sqrt(s^2 / sum of w)

Six hours' blocks know nothing of what days differ by: 2 * 0.05^2 / days is added to their variance.
"""

import math
from dataclasses import dataclass

import numpy as np

from shared.domain.verification.blocks import Blocks
from shared.domain.verification.hours import DAY_H
from shared.domain.verification.student import critical_t

LEAST_BLOCKS = 3
HOURS_BLOCK_H = 6


@dataclass(frozen=True, slots=True)
class Look:
    """One look at the data.

    Attributes:
        after_days: whole days since the change.
        block_h: hours in a block.
        error: probability of an interval without the true difference.
    """

    after_days: int
    block_h: int
    error: float


LOOKS = (
    Look(2, HOURS_BLOCK_H, 0.001),
    Look(4, DAY_H, 0.002),
    Look(7, DAY_H, 0.020),
    Look(14, DAY_H, 0.007),
    Look(21, DAY_H, 0.003),
    Look(28, DAY_H, 0.003),
)
LEVEL = 1 - sum(look.error for look in LOOKS)


@dataclass(frozen=True, slots=True)
class Interval:
    """Where a difference lies, on its scale.

    Attributes:
        mean: the estimate.
        low: from here
        high: to here; both infinite where too few blocks tell of the spread.
    """

    mean: float
    low: float
    high: float


def interval_of(
    found: Blocks, history: Blocks, error: float, unseen: float = 0.0
) -> Interval | None:
    """Return the interval of a difference; None without a block.

    Args:
        found: blocks that tell of the change.
        history: blocks of the same length on which nothing was changed.
        error: probability that the interval misses the difference.
        unseen: variance of the mean that the blocks cannot show.
    """
    if len(found) == 0:
        return None
    information = float(found.weights.sum())
    mean = float((found.weights * found.differences).sum()) / information
    degrees = len(found) + len(history) - 1
    if degrees < LEAST_BLOCKS - 1:
        return Interval(mean, -math.inf, math.inf)
    squares = float((found.weights * (found.differences - mean) ** 2).sum())
    squares += float((history.weights * history.differences**2).sum())
    variance = squares / degrees / information + unseen
    reach = critical_t(error, degrees) * float(np.sqrt(variance))
    return Interval(mean, mean - reach, mean + reach)
