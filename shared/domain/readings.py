"""What one expression measures for every label set at every evaluation time, as two matrices.

Nearly all label sets are inactive and stay so. Looking at whole matrices at once finds the few
that need a closer look, so that the others cost nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shared.domain.label import Labels
from shared.domain.packing import Floats, Ints
from shared.domain.rule import AlertRule, NoData
from shared.domain.window import Measured


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

    def at(self, labels: Labels, column: int) -> tuple[float | None, int]:
        """Return value and samples of a label set; (None, 0) for one that has none at all."""
        row = self.rows.get(labels)
        if row is None:
            return None, 0
        value = float(self.values[row, column])
        return (None if value != value else value), int(self.samples[row, column])


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


def noteworthy(rule: AlertRule, readings: Readings) -> NDArray[np.bool_]:
    """Return where an inactive label set would have to be remembered.

    That is where the rule is breached, and under `no_data: alert` wherever there is a value, since
    only a label set that is known can be missed later.
    """
    present: NDArray[np.bool_] = ~np.isnan(readings.values)
    if rule.no_data is NoData.ALERT:
        return present
    breached = rule.comparison.holds(readings.values, rule.threshold)
    found: NDArray[np.bool_] = present & breached & (readings.samples >= rule.min_samples)
    return found
