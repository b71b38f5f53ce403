"""Student's t distribution for whole degrees of freedom: how far a mean strays by chance.

The probability within [-t, t] is a finite sum, Abramowitz and Stegun, Handbook of Mathematical
Functions, 26.7.3 and 26.7.4, with theta = atan(t / sqrt(degrees)).
"""

import math
from functools import lru_cache

_HALVINGS = 200


@lru_cache(maxsize=512)
def critical_t(error: float, degrees: int) -> float:
    """Return the t that is exceeded, to either side, with a given probability.

    Args:
        error: the probability, 0 < error < 1.
        degrees: of freedom, at least 1.
    """
    low, high = 0.0, 1.0
    while outside(high, degrees) > error:
        low, high = high, 2 * high
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        if outside(middle, degrees) > error:
            low = middle
        else:
            high = middle
    return high


def outside(t: float, degrees: int) -> float:
    """Return the probability of a value above t or below -t, for t >= 0."""
    theta = math.atan(t / math.sqrt(degrees))
    cosine = math.cos(theta)
    if degrees % 2 == 0:
        return 1 - math.sin(theta) * _sum(cosine, degrees, first=0)
    if degrees == 1:
        return 1 - 2 * theta / math.pi
    inner = theta + math.sin(theta) * cosine * _sum(cosine, degrees, first=1)
    return 1 - 2 / math.pi * inner


def _sum(cosine: float, degrees: int, *, first: int) -> float:
    """Return 1 + a cos^2 + ..., whose factors are 1/2, 3/4, ... or 2/3, 4/5, ..."""
    total = term = 1.0
    for at in range(first + 1, degrees - 2, 2):
        term *= at / (at + 1) * cosine * cosine
        total += term
    return total
