"""How well a centre is known, although neighbouring hours are alike.

The standard error of a weighted mean is cluster-robust: values are summed in blocks of time, whole
days where there are at least five, and blocks count as independent, not the values in them. What
is left of the likeness of neighbouring blocks enters as the variance of a first-order
autoregression, (1 + r) / (1 - r). Student's t of one less than the number of blocks.
Sources: Liang and Zeger, "Longitudinal data analysis using generalized linear models", Biometrika
73 (1986) 13-22; Cameron and Miller, "A practitioner's guide to cluster-robust inference", Journal
of Human Resources 50 (2015) 317-372; for a rate at least the variance of Agresti and Coull,
"Approximate is better than exact", The American Statistician 52 (1998) 119-126.
"""

import math

import numpy as np

from shared.domain.packing import Floats, Ints

LEVEL = 0.95
BLOCKS_M = (1440, 360, 60, 10, 1)
_FEWEST_BLOCKS = 5
_MOST_ALIKE = 0.9
_NORMAL = 1.959964
# Two-sided 95 % quantiles of Student's t with 1, 2, ... degrees of freedom.
_STUDENT = (
    *(12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.3060, 2.2622, 2.2281),
    *(2.2010, 2.1788, 2.1604, 2.1448, 2.1314, 2.1199, 2.1098, 2.1009, 2.0930, 2.0860),
    *(2.0796, 2.0739, 2.0687, 2.0639, 2.0595, 2.0555, 2.0518, 2.0484, 2.0452, 2.0423),
)


def half_width(residuals: Floats, weights: Floats, slots: Ints) -> tuple[float, str] | None:
    """Return half the length of the centre's interval on the residuals' scale, and the method.

    Args:
        residuals: what is left beside the centre and the effects.
        weights: of the mean, > 0.
        slots: the minute at which each residual's step begins.

    Returns:
        None where there are fewer than three blocks of any length.
    """
    found = _blocks(slots)
    if found is None:
        return None
    block_m, index = found
    scores = np.bincount(index, weights * residuals)
    count = len(scores)
    scores -= scores.mean()
    variance = float(scores @ scores) * count / (count - 1) / float(weights.sum()) ** 2
    alike = min(_likeness(scores), _MOST_ALIKE)
    error = math.sqrt(variance * (1 + alike) / (1 - alike))
    length = f"{block_m // 60} h" if block_m >= 60 else f"{block_m} min"
    return error * student(count - 1), (
        f"cluster-robust standard error of a weighted mean, blocks of {length}, Student's t"
    )


def rate_half_width(failures: float, total: float) -> float:
    """Return how far from a rate the further end of Agresti and Coull's interval is.

    Args:
        failures: how many failed.
        total: of how many, > 0, independent of each other.
    """
    wider = total + _NORMAL**2
    rate = (failures + _NORMAL**2 / 2) / wider
    return abs(rate - failures / total) + _NORMAL * math.sqrt(rate * (1 - rate) / wider)


def student(freedom: int) -> float:
    """Return the two-sided 95 % quantile of Student's t.

    Args:
        freedom: degrees of freedom, >= 1; beyond 30 by the first term of Fisher's expansion.
    """
    if freedom <= len(_STUDENT):
        return _STUDENT[freedom - 1]
    return _NORMAL + (_NORMAL**3 + _NORMAL) / (4 * freedom)


def _blocks(slots: Ints) -> tuple[int, Ints] | None:
    for fewest in (_FEWEST_BLOCKS, 3):
        for block_m in BLOCKS_M:
            starts, index = np.unique(slots // block_m, return_inverse=True)
            if len(starts) >= fewest:
                return block_m, index.astype(np.int64)
    return None


def _likeness(scores: Floats) -> float:
    square = float(scores @ scores)
    return max(float(scores[1:] @ scores[:-1]) / square, 0.0) if square > 0 else 0.0
