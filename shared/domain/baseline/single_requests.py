"""What single requests say of a series: its quantiles, and the noise that one request adds."""

import numpy as np

from shared.domain.baseline.baseline import Scale
from shared.domain.baseline.metrics import BaselineMetric
from shared.domain.baseline.observation import Observed, row_quantiles
from shared.domain.packing import Floats

SHARES = (0.05, 0.5, 0.95)
_Z95 = 1.644854
# Standard deviation of a sample median and 95 % quantile of one normal value each, in its own.
_NOISE_OF = {0.5: 1.2533, 0.95: 2.1132}


def single_quantiles(metric: BaselineMetric, observed: Observed) -> Floats:
    """Return p5, p50 and p95 of single requests by series; NaN where they are not kept."""
    count = len(observed.labels)
    if observed.sketch is None:
        return np.full((len(SHARES), count), np.nan)
    found = [row_quantiles(observed.sketch, count, share) / metric.unit for share in SHARES]
    return np.stack(found)


def single_noise(metric: BaselineMetric, quantiles: Floats) -> Floats:
    """Return the standard deviation that one request adds to a step's value, NaN if not known."""
    if metric.scale is not Scale.LOG:
        plain: Floats = (quantiles[2] - quantiles[0]) / (2 * _Z95)
        return plain
    positive = np.where(quantiles > 0, quantiles, np.nan)
    low, middle, high = np.log(positive)
    if metric.share is None:
        # The coefficient of variation of a lognormal value; heavier tails are cut at 3.
        square = np.minimum(((high - low) / (2 * _Z95)) ** 2, np.log(10.0))
        variation: Floats = np.sqrt(np.expm1(square))
        return variation
    spread = high - middle if metric.share > SHARES[1] else (high - low) / 2
    noise: Floats = _NOISE_OF[metric.share] * spread / _Z95
    return noise
