"""The scales on which before and after are compared, so that a difference spreads evenly.

| scale | value | a block's mean m becomes | difference d means |
| --- | --- | --- | --- |
| log | ln of a duration | m | ratio e^d of geometric means |
| log_of_mean | a positive number | ln m | ratio e^d of means |
| share | 0 or 1 | asin(sqrt(m)) | sin^2(asin(sqrt(before)) + d) is the share after |
| mean | a score | m | before + d is the mean after |

Shares of few requests are counted as (x + 3/8) / (n + 3/4). Source: Anscombe 1948, The
transformation of Poisson, binomial and negative-binomial data, Biometrika 35, 246-254.
"""

import math
from enum import StrEnum

import numpy as np

from shared.domain.packing import Floats

_LEAST = 1e-12
_ADDED_EVENTS = 3 / 8
_ADDED_REQUESTS = 3 / 4


class Scale(StrEnum):
    """On what means are compared."""

    LOG = "log"
    LOG_OF_MEAN = "log_of_mean"
    SHARE = "share"
    MEAN = "mean"


def on_scale(scale: Scale, means: Floats, requests: Floats) -> Floats:
    """Return means as they are compared; NaN where one cannot be.

    Args:
        scale: which.
        means: of the value.
        requests: how many each mean stands for.
    """
    match scale:
        case Scale.LOG_OF_MEAN:
            return np.where(means > 0, np.log(np.maximum(means, _LEAST)), np.nan)
        case Scale.SHARE:
            counted = (means * requests + _ADDED_EVENTS) / (requests + _ADDED_REQUESTS)
            return np.arcsin(np.sqrt(np.clip(counted, 0.0, 1.0)))
    return means


def slope_at(scale: Scale, mean: float) -> float:
    """Return how fast the scale runs at a mean: its derivative."""
    match scale:
        case Scale.LOG_OF_MEAN:
            return 1 / max(mean, _LEAST)
        case Scale.SHARE:
            return 0.5 / math.sqrt(max(mean * (1 - mean), _LEAST))
    return 1.0


def tenth_at(scale: Scale, mean: float) -> float:
    """Return what a tenth more of the value is as a difference, near a mean."""
    return 0.1 if scale is Scale.LOG else 0.1 * abs(mean) * slope_at(scale, mean)


def ratio_of(scale: Scale, difference: float, before: float) -> float | None:
    """Return after over before; None where before is nothing to divide by.

    Args:
        scale: which.
        difference: on the scale.
        before: mean of the value before; of no matter to logarithms.
    """
    if scale in (Scale.LOG, Scale.LOG_OF_MEAN):
        return math.exp(min(difference, 700.0))
    if before <= 0:
        return None
    if scale is Scale.MEAN:
        return (before + difference) / before
    angle = math.asin(math.sqrt(min(before, 1.0))) + difference
    return math.sin(min(max(angle, 0.0), math.pi / 2)) ** 2 / before


def difference_of(scale: Scale, ratio: float, before: float) -> float:
    """Return the difference that a ratio of after over before is; the inverse of `ratio_of`."""
    if scale in (Scale.LOG, Scale.LOG_OF_MEAN):
        return math.log(max(ratio, _LEAST))
    if scale is Scale.MEAN:
        return before * (ratio - 1)
    shares = [min(max(share, 0.0), 1.0) for share in (before, before * ratio)]
    return math.asin(math.sqrt(shares[1])) - math.asin(math.sqrt(shares[0]))
