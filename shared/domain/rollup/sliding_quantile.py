"""Quantiles of many windows over the same rows of a sketch, overlapping ones at next to no cost.

Windows of consecutive minutes share most of their rows. In a table of prefix sums over rows and
sketch buckets, the number of values of rows [low, high) up to a bucket is one subtraction, so each
window's quantile is a binary search along the buckets, done for a whole block of windows at once.
Few windows over many rows are merged one by one instead.
"""

from dataclasses import dataclass

import numpy as np

from shared.domain.packing import Floats, Ints
from shared.domain.rollup.rollup import Sparse
from shared.domain.rollup.sketch import middle

_BLOCK_WINDOWS = 1 << 9
_DENSE_KEYS = 1 << 14


@dataclass(frozen=True, slots=True)
class Costs:
    """What tables of prefix sums may take and what they save, measured.

    Attributes:
        max_cells: cells of one table, 8 bytes each.
        window_cells: the cells that cost as much as merging one window by itself.
    """

    max_cells: int = 1 << 20
    window_cells: int = 5_000


_COSTS = Costs()


def window_quantiles(
    sketch: Sparse, low: Ints, high: Ints, share: float, *, costs: Costs = _COSTS
) -> Floats:
    """Return each window's quantile by nearest rank, in the sketch's units.

    Args:
        sketch: one entry at most for a row and key.
        low: first row of each window.
        high: row after the last of each window.
        share: 0 < share <= 1.
        costs: when to share a table; what comes out is the same.

    Returns:
        One number a window; NaN where no row of it has an entry.
    """
    found = np.full(len(low), np.nan)
    starts, ends = np.searchsorted(sketch.rows, low), np.searchsorted(sketch.rows, high)
    filled = np.flatnonzero(ends > starts)
    for at in range(0, len(filled), _BLOCK_WINDOWS):
        block = filled[at : at + _BLOCK_WINDOWS]
        found[block] = _Block(sketch, low[block], high[block], share, costs).quantiles()
    return found


def quantile_of(keys: Ints, sums: Ints, share: float) -> float:
    """Return the quantile of entries in any order, equal keys allowed, by nearest rank."""
    ranked, place = _distinct(keys)
    counts = np.cumsum(np.bincount(place, weights=sums).astype(np.int64))
    rank = max(1, int(np.ceil(share * int(counts[-1]) - 1e-9)))
    at = int(np.searchsorted(counts, rank))
    return float(middle(ranked[at : at + 1])[0])


@dataclass(frozen=True, slots=True)
class _Block:
    """Windows that lie close together, each with entries."""

    sketch: Sparse
    low: Ints
    high: Ints
    share: float
    costs: Costs

    def quantiles(self) -> Floats:
        """Return their quantiles, halving the block until a table of it pays and is small."""
        count = len(self.low)
        first, end = int(self.low.min()), int(self.high.max())
        inside = self._entries(first, end)
        keys, place = _distinct(self.sketch.keys[inside])
        cells = (end - first + 1) * len(keys)
        if cells <= min(self.costs.max_cells, self.costs.window_cells * count):
            table = np.zeros((end - first + 1, len(keys)), np.int64)
            table[self.sketch.rows[inside] - first + 1, place] = self.sketch.sums[inside]
            np.cumsum(table, axis=1, out=table)
            np.cumsum(table, axis=0, out=table)
            return middle(keys[_ranked(table, self.low - first, self.high - first, self.share)])
        if count == 1:
            return np.array(
                [quantile_of(self.sketch.keys[inside], self.sketch.sums[inside], self.share)]
            )
        # Windows far apart may have halves that are not.
        half = count // 2
        parts = (self._of(slice(half)), self._of(slice(half, None)))
        return np.concatenate([part.quantiles() for part in parts])

    def _of(self, windows: slice) -> "_Block":
        return _Block(self.sketch, self.low[windows], self.high[windows], self.share, self.costs)

    def _entries(self, first: int, end: int) -> slice:
        return slice(*np.searchsorted(self.sketch.rows, [first, end]).tolist())


def _ranked(table: Ints, low: Ints, high: Ints, share: float) -> Ints:
    """Return for each window of rows the first column by which its count reaches the rank."""
    last = table.shape[1] - 1
    rank = np.maximum(1, np.ceil(share * (table[high, last] - table[low, last]) - 1e-9))
    least, most = np.zeros(len(low), np.int64), np.full(len(low), last, np.int64)
    for _ in range(table.shape[1].bit_length()):
        at = (least + most) // 2
        reached = table[high, at] - table[low, at] >= rank
        most = np.where(reached, at, most)
        least = np.where(reached, least, np.minimum(at + 1, most))
    return most


def _distinct(keys: Ints) -> tuple[Ints, Ints]:
    """Return the distinct keys, ascending, and each key's place among them."""
    lowest = int(keys.min())
    span = int(keys.max()) - lowest + 1
    if span > _DENSE_KEYS:
        distinct, inverse = np.unique(keys, return_inverse=True)
        return distinct, inverse.reshape(-1)
    offsets = keys - lowest
    used = np.zeros(span, np.bool_)
    used[offsets] = True
    places = np.cumsum(used) - 1
    return np.flatnonzero(used) + lowest, places[offsets]
