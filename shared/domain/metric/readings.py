"""What one expression measures for every label set at every evaluation time, as two matrices.

Nearly all label sets are inactive and stay so. Looking at whole matrices at once finds the few
that need a closer look, so that the others cost nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from shared.domain.label import Labels
from shared.domain.metric.window import Measured
from shared.domain.packing import Floats, Ints


@dataclass(frozen=True, slots=True)
class Readings:
    """Values by label set (rows) and evaluation time (columns).

    Attributes:
        labels: the label set of each row.
        rows: label set -> its row.
        values: float64; NaN where the window is empty.
        samples: int64, the samples in each window.
    """

    labels: Sequence[Labels]
    rows: Mapping[Labels, int]
    values: Floats
    samples: Ints


def readings_of(measured: Sequence[Measured], times: int) -> Readings:
    """Return measurements as matrices.

    Args:
        measured: one entry per label set, each with `times` values.
        times: the number of evaluation times.
    """
    labels = [each.labels for each in measured]
    values = np.array([each.values for each in measured], np.float64).reshape(len(labels), times)
    samples = np.array([each.samples for each in measured], np.int64).reshape(len(labels), times)
    return Readings(labels, {name: row for row, name in enumerate(labels)}, values, samples)
