"""On what scale a series is modelled: as it is, or as a logarithm where effects multiply.

A series that never falls below zero is modelled on both: traffic and spend mostly grow and dip by
shares of their level. Where zeros occur, a tenth of the median positive value is added before the
logarithm is taken.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from shared.domain.packing import Floats

_OFFSET_SHARE = 0.1
# A logarithm that overshoots must not turn a busy week into millions.
_MOST_TIMES_PEAK = 4.0


@dataclass(frozen=True, slots=True)
class Scale:
    """A way to see a series, and the way back.

    Attributes:
        values: the series on this scale.
        restore: takes values of this scale back to those of the series.
    """

    values: Floats
    restore: Callable[[Floats], Floats]


def plain(values: Floats) -> Scale:
    """Return the series as it is."""
    return Scale(values, lambda seen: seen)


def logarithmic(values: Floats) -> Scale:
    """Return the logarithm of the series; as it is where a value is negative or half are zero."""
    positive = values[values > 0]
    if values.min() < 0 or 2 * len(positive) <= len(values):
        return plain(values)
    offset = _OFFSET_SHARE * float(np.median(positive)) if len(positive) < len(values) else 0.0
    highest = np.log(_MOST_TIMES_PEAK * values.max() + offset)

    def restore(seen: Floats) -> Floats:
        return np.maximum(np.exp(np.minimum(seen, highest)) - offset, 0.0)

    return Scale(np.log(values + offset), restore)
