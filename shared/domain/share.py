"""How large a share is, with an interval that knows that days differ.

Wilson's interval for a binomial share (Wilson 1927, Probable inference, JASA 22, 209-212) on as
many requests as the counted ones are worth: the count divided by how much more days differ than
chance alone would have them,

    max(1, sum over days of (events - share * n)^2 / (share (1 - share) n) / (days - 1))

which is Pearson's statistic over its degrees of freedom. One or two days tell nothing of it, so
that it is 1 there.
"""

import math
from dataclasses import dataclass

import numpy as np

from shared.domain.packing import Floats, Ints

# Two-sided 95 %.
Z = 1.959964
LEVEL = 0.95
_FEWEST_DAYS = 3


@dataclass(frozen=True, slots=True)
class Share:
    """A share and where it lies, 0..1.

    Attributes:
        value: events per request.
        low: from here.
        high: to here, with a probability of 95 %.
        events: counted.
        requests: counted.
    """

    value: float
    low: float
    high: float
    events: int
    requests: int


def share_of(events: Ints, requests: Ints) -> Share:
    """Return a share from daily counts.

    Args:
        events: of each day.
        requests: of each day, at least as many; at least one in all.
    """
    n, x = int(requests.sum()), int(events.sum())
    worth = n / dispersion(events, requests)
    low, high = wilson(x / n, worth)
    return Share(x / n, low, high, x, n)


def wilson(share: float, requests: float) -> tuple[float, float]:
    """Return the interval of a share.

    Args:
        share: 0..1.
        requests: how many it rests on, above 0.
    """
    square = Z * Z
    middle = (share + square / (2 * requests)) / (1 + square / requests)
    inner = share * (1 - share) / requests + square / (4 * requests * requests)
    half = Z * math.sqrt(inner) / (1 + square / requests)
    # At 0 and 1 the interval begins there, whatever rounding makes of it.
    low = 0.0 if share <= 0 else max(middle - half, 0.0)
    high = 1.0 if share >= 1 else min(middle + half, 1.0)
    return low, high


def dispersion(events: Ints, requests: Ints) -> float:
    """Return how much more daily shares vary than chance has them, at least 1."""
    seen = requests > 0
    x: Floats = events[seen].astype(np.float64)
    n: Floats = requests[seen].astype(np.float64)
    share = float(x.sum() / n.sum()) if len(n) else 0.0
    if len(n) < _FEWEST_DAYS or not 0 < share < 1:
        return 1.0
    excess = float((((x - share * n) ** 2) / (share * (1 - share) * n)).sum())
    return max(excess / (len(n) - 1), 1.0)
