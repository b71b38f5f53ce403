"""How sure a baseline is: how much there was to learn from.

Confidence grows with the length of the data, the hours observed and the samples, and needs
all three:

    confidence = (days / (days + 3) * hours / (hours + 24) * samples / (samples + 200)) ** (1/3)

so that an hour of 200 requests gives 0.07, a day of many 0.5, a week 0.85 and a month 0.96.
"""

import numpy as np

_DAYS_HALF, _HOURS_HALF, _SAMPLES_HALF = 3.0, 24.0, 200.0


def confidence(*, days: float, hours: float, samples: float) -> float:
    """Return how much there is to learn from, 0..1, by the formula above.

    Args:
        days: from the first value to the end of the last.
        hours: with any values.
        samples: in all.
    """
    parts = (
        days / (days + _DAYS_HALF),
        hours / (hours + _HOURS_HALF),
        samples / (samples + _SAMPLES_HALF),
    )
    return float(np.prod(parts) ** (1 / 3))
