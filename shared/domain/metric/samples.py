"""The samples of one metric per group and step: the common ground of charts, reports and rules.

Whatever a metric is made of (request measures, client values, quotas), here it is one table: how
many samples, their total over a base (the mean is total / base), least, greatest and last value,
and the sketch for quantiles.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from shared.domain.grouping import Groups
from shared.domain.label import Labels
from shared.domain.packing import Floats, Ints
from shared.domain.rollup.rollup import Sparse


@dataclass(frozen=True, slots=True)
class Samples:
    """A metric's samples, one row per group and step.

    Attributes:
        groups: the label sets, (label, value) in the order asked for.
        group: for each row, index into `groups`.
        slots: for each row, the minute at which its step begins; ascending within a group.
        count: samples.
        total: sum of the values, in the metric's unit; for a ratio, of its numerators.
        base: what the total is divided by for the mean: the count, or a ratio's denominators.
        low: least value.
        high: greatest value.
        last: value with the latest time.
        sketch: bucket counts by row, of values in stored units; None where there are none.
        scale: stored units of the sketch in one unit of the metric.
    """

    groups: Sequence[Labels]
    group: Ints
    slots: Ints
    count: Ints
    total: Floats
    base: Floats
    low: Floats
    high: Floats
    last: Floats
    sketch: Sparse | None = None
    scale: float = 1.0

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.slots)


def no_samples() -> Samples:
    """Return samples without a row."""
    whole, real = np.empty(0, np.int64), np.empty(0, np.float64)
    return Samples([], whole, whole, whole, real, real, real, real, real)


def regrouped(samples: Samples, group_by: Sequence[str], *, ratio: bool = False) -> Samples:
    """Return samples of finer groups as those of coarser ones; sketches are left out.

    Args:
        samples: to be merged.
        group_by: labels of the coarser groups, a subset of the finer ones'.
        ratio: the values are total / base of each merged row.
    """
    if len(samples) == 0:
        return no_samples()
    coarse = [tuple((name, dict(each)[name]) for name in group_by) for each in samples.groups]
    groups = sorted(set(coarse))
    index = {labels: at for at, labels in enumerate(groups)}
    moved = np.array([index[labels] for labels in coarse], np.int64)[samples.group]
    span = int(samples.slots.max()) + 1
    rows = Groups(moved * span + samples.slots)
    total, base = rows.sum_float(samples.total), rows.sum_float(samples.base)
    mean = total / base
    return Samples(
        groups,
        rows.codes // span,
        rows.codes % span,
        rows.sum(samples.count),
        total,
        base,
        mean if ratio else rows.min_float(samples.low),
        mean if ratio else rows.max_float(samples.high),
        mean if ratio else rows.max_float(samples.last),
    )


def stacked(parts: Sequence[Samples]) -> Samples:
    """Return samples one after the other, groups included; sketches are left out."""
    if not parts:
        return no_samples()
    shifts = np.cumsum([0, *(len(part.groups) for part in parts[:-1])])
    owners = [part.group + shift for part, shift in zip(parts, shifts.tolist(), strict=True)]
    return Samples(
        [labels for part in parts for labels in part.groups],
        np.concatenate(owners),
        np.concatenate([part.slots for part in parts]),
        np.concatenate([part.count for part in parts]),
        np.concatenate([part.total for part in parts]),
        np.concatenate([part.base for part in parts]),
        np.concatenate([part.low for part in parts]),
        np.concatenate([part.high for part in parts]),
        np.concatenate([part.last for part in parts]),
    )
