"""What a rule or a chart measures: one number per label set and evaluation time."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray


class Aggregation(StrEnum):
    """How the samples of a window become one number."""

    AVG = "avg"
    SUM = "sum"
    MIN = "min"
    MAX = "max"
    LAST = "last"
    COUNT = "count"
    RATE = "rate"
    P5 = "p5"
    P50 = "p50"
    P90 = "p90"
    P95 = "p95"
    P99 = "p99"


SHARES = {
    Aggregation.P5: 0.05,
    Aggregation.P50: 0.5,
    Aggregation.P90: 0.9,
    Aggregation.P95: 0.95,
    Aggregation.P99: 0.99,
}


@dataclass(frozen=True, slots=True)
class Expression:
    """A measurement over a sliding window.

    Attributes:
        metric: a metric's name.
        aggregation: how samples become one number; ratio metrics take avg, min and max.
        window_m: length of the window in minutes.
        group_by: the labels that tell one instance from another.
        filter: label -> the value it must have, sorted by label.
    """

    metric: str
    aggregation: Aggregation
    window_m: int
    group_by: tuple[str, ...] = ()
    filter: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Measured:
    """The values of one label set over the evaluation times.

    Attributes:
        labels: (label, value) in the order of `group_by`.
        values: float64, one per evaluation time; NaN where the window is empty.
        samples: int64, the samples in each window (for a ratio, its denominator).
    """

    labels: tuple[tuple[str, str], ...]
    values: NDArray[np.float64]
    samples: NDArray[np.int64]
