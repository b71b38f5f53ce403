"""The median of weighted values, for many rows at once."""

import numpy as np

from shared.domain.packing import Floats

_TIE = 1e-12
# A normal distribution's standard deviation over its median absolute deviation.
_SD_PER_MAD = 1.4826


def weighted_median(values: Floats, weights: Floats) -> Floats:
    """Return the weighted median along the last axis: the middle of the lower and the upper one.

    Args:
        values: finite, whatever they are where the weight is 0.
        weights: >= 0.

    Returns:
        0 where all weights are 0.
    """
    order = np.argsort(values, axis=-1)
    upto = np.cumsum(np.take_along_axis(weights, order, -1), axis=-1)
    total = upto[..., -1:]
    lower = np.argmax(upto >= total / 2 * (1 - _TIE), axis=-1)[..., None]
    upper = np.argmax(upto > total / 2 * (1 + _TIE), axis=-1)[..., None]
    ordered = np.take_along_axis(values, order, -1)
    ends = [np.take_along_axis(ordered, at, -1) for at in (lower, upper)]
    return np.where(total > 0, (ends[0] + ends[1]) / 2, 0.0)[..., 0]


def robust_sd(residuals: Floats, weights: Floats) -> Floats:
    """Return the weighted median absolute deviation from 0, as a normal standard deviation."""
    return _SD_PER_MAD * weighted_median(np.abs(residuals), weights)
