"""Counts of events by label set along time, exact, however time was cut before they were added up.

A count is held as whole numbers, each with a weight: one with weight 1 where events are counted,
limbs (see `exact_sum`) where clients report fractions. Sums of whole numbers do not depend on
whether minutes or hours were added, so neither does what they amount to.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from shared.domain.grouping import Groups
from shared.domain.label import Labels
from shared.domain.packing import Floats, Ints
from shared.domain.rollup.rollup import Sparse

_ONE = np.ones(1)


@dataclass(frozen=True, slots=True)
class EventCounts:
    """Counts, one row per label set and step.

    Attributes:
        groups: the label sets.
        keys: int64, group * span + step - first: ascending.
        first: the first step's minute.
        span: more than any step is after the first.
        sums: int64 by row and weight: the counts of all rows before; one row more than `keys`.
        weights: float64, what a whole number in each column is worth, ascending.
    """

    groups: Sequence[Labels]
    keys: Ints
    first: int
    span: int
    sums: Ints
    weights: Floats

    def between(self, labels: Sequence[Labels], starts: Ints, ends: Ints) -> Floats:
        """Return what was counted in windows [start, end).

        Args:
            labels: the label sets asked for; one that was never counted has 0.
            starts: first minute of each window.
            ends: minute after the last of each window.

        Returns:
            One row per label set, one column per window.
        """
        index = {name: at for at, name in enumerate(self.groups)}
        found = np.zeros((len(labels), len(starts)))
        known = [at for at, name in enumerate(labels) if name in index]
        group = np.array([index[labels[at]] for at in known], np.int64)[:, None] * self.span
        low = np.searchsorted(self.keys, group + np.clip(starts - self.first, 0, self.span - 1))
        high = np.searchsorted(self.keys, group + np.clip(ends - self.first, 0, self.span - 1))
        counted = self.sums[high] - self.sums[low]
        # Column by column, smallest first: the same whole numbers always give the same float.
        for column, weight in enumerate(self.weights.tolist()):
            found[known] += counted[:, :, column] * weight
        return found


def event_counts(groups: Sequence[Labels], group: Ints, slots: Ints, counts: Ints) -> EventCounts:
    """Return counts of events.

    Args:
        groups: the label sets.
        group: for each row, index into `groups`.
        slots: for each row, the minute at which its step begins.
        counts: for each row, whole events.
    """
    return _ordered(groups, group, slots, counts[:, None], _ONE)


def limb_counts(groups: Sequence[Labels], group: Ints, slots: Ints, limbs: Sparse) -> EventCounts:
    """Return counts that are sums of limbs, as clients report them; see `event_counts`."""
    places = np.unique(limbs.keys)
    counts = np.zeros((len(slots), len(places)), np.int64)
    counts[limbs.rows, np.searchsorted(places, limbs.keys)] = limbs.sums
    return _ordered(groups, group, slots, counts, np.exp2(32.0 * places))


def _ordered(
    groups: Sequence[Labels], group: Ints, slots: Ints, counts: Ints, weights: Floats
) -> EventCounts:
    first = int(slots.min()) if len(slots) else 0
    span = int(slots.max()) - first + 2 if len(slots) else 1
    rows = Groups(group * span + slots - first)
    columns = [rows.sum(counts[:, column]) for column in range(len(weights))]
    sums = np.zeros((len(rows) + 1, len(weights)), np.int64)
    for column, values in enumerate(columns):
        np.cumsum(values, out=sums[1:, column])
    return EventCounts(groups, rows.codes, first, span, sums, weights)
