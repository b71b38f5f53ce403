"""Exponential-histogram sketches: quantiles from counts per logarithmic bucket.

OpenTelemetry's base-2 exponential histogram at scale 6: bucket i holds (2^(i/64), 2^((i+1)/64)],
so the middle of a bucket is within 0.55 % of any value in it. Merging adds counts, whatever the
order. Zero has a bucket of its own and negative values mirror the positive ones; keys are ordered
as the values are.
Source: https://opentelemetry.io/docs/specs/otel/metrics/data-model/#exponentialhistogram
"""

import numpy as np
from numpy.typing import NDArray

SCALE = 6
RELATIVE_ERROR = 0.0055
_PER_OCTAVE = 1 << SCALE
_OFFSET = 1 << 17
_RATIO = 2 ** (1 / _PER_OCTAVE)
_MIDDLE = 2 * _RATIO / (1 + _RATIO)


def keys_of(values: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the bucket key of each finite value."""
    magnitude = np.abs(values)
    with np.errstate(divide="ignore"):
        index = np.ceil(np.log2(magnitude) * _PER_OCTAVE) - 1
    index[magnitude == 0] = -_OFFSET
    keys: NDArray[np.int64] = (np.sign(values) * (index + _OFFSET)).astype(np.int64)
    return keys


def middle(keys: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the value that stands for each bucket: equally far, relatively, from both bounds."""
    low = np.exp2((np.abs(keys) - _OFFSET) / _PER_OCTAVE)
    return np.where(keys == 0, 0.0, np.sign(keys) * low * _MIDDLE)


def longest(keys: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the greatest whole number that each bucket of values >= 0 holds."""
    high = np.exp2((keys - _OFFSET + 1) / _PER_OCTAVE)
    return np.where(keys == 0, 0.0, np.floor(high * (1 + 1e-12)))


def quantile(keys: NDArray[np.int64], counts: NDArray[np.int64], share: float) -> float:
    """Return a quantile by nearest rank; NaN when there are no values.

    Args:
        keys: bucket keys, ascending.
        counts: values in each bucket.
        share: 0 < share <= 1.
    """
    total = int(counts.sum())
    if total == 0:
        return float("nan")
    rank = max(1, int(np.ceil(share * total - 1e-9)))
    at = int(np.searchsorted(np.cumsum(counts), rank))
    return float(middle(keys[at : at + 1])[0])
