"""What baselines are learned from: values of one metric by series and step, and their samples."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from shared.domain import label
from shared.domain.label import Labels
from shared.domain.packing import Floats, Ints
from shared.domain.rollup.rollup import Sparse, summed
from shared.domain.rollup.sketch import middle

_MOST_CELLS = 1 << 22


@dataclass(frozen=True, slots=True)
class Observed:
    """The values of one metric, in its unit.

    Attributes:
        labels: the series, (model, deployment).
        series: for each value, index into `labels`.
        slots: for each value, the minute at which its step begins.
        values: the values.
        samples: samples of each, > 0.
        sketch: values of single requests by series, in stored units; None where not kept.
    """

    labels: Sequence[Labels]
    series: Ints
    slots: Ints
    values: Floats
    samples: Ints
    sketch: Sparse | None


def name_of(labels: Labels) -> tuple[str, str]:
    """Return the model and the deployment that a series' labels name."""
    own = dict(labels)
    return own[label.MODEL], own[label.DEPLOYMENT]


def stacked(parts: Sequence[Observed]) -> Observed:
    """Return observations of one metric as one; at least one of them."""
    labels = sorted({each for part in parts for each in part.labels})
    place = {each: at for at, each in enumerate(labels)}
    moves = [np.array([place[each] for each in part.labels], np.int64) for part in parts]
    held = [(move, p.sketch) for move, p in zip(moves, parts, strict=True) if p.sketch is not None]
    sketch = None
    if held:
        rows = np.concatenate([move[each.rows] for move, each in held])
        keys = np.concatenate([each.keys for _, each in held])
        sketch = tallied(rows, keys, np.concatenate([each.sums for _, each in held]))
    return Observed(
        labels,
        np.concatenate([move[p.series] for move, p in zip(moves, parts, strict=True)]),
        np.concatenate([part.slots for part in parts]),
        np.concatenate([part.values for part in parts]),
        np.concatenate([part.samples for part in parts]),
        sketch,
    )


def row_quantiles(sketch: Sparse, rows: int, share: float) -> Floats:
    """Return each row's quantile by nearest rank, in stored units; NaN for an empty one."""
    ends = np.searchsorted(sketch.rows, np.arange(rows + 1))
    upto = np.concatenate([[0], np.cumsum(sketch.sums)])
    before, total = upto[ends[:-1]], np.diff(upto[ends])
    if not len(sketch.keys):
        return np.full(rows, np.nan)
    rank = np.maximum(np.ceil(share * total - 1e-9), 1).astype(np.int64)
    at = np.minimum(np.searchsorted(upto[1:], before + rank), len(sketch.keys) - 1)
    return np.where(total > 0, middle(sketch.keys[at]), np.nan)


def tallied(rows: Ints, keys: Ints, sums: Ints) -> Sparse:
    """Return what `summed` does; few rows and keys are counted in a table, without sorting."""
    if len(rows) == 0:
        return summed(rows, keys, sums)
    lowest = int(keys.min())
    span = int(keys.max()) - lowest + 1
    if (int(rows.max()) + 1) * span > _MOST_CELLS:
        return summed(rows, keys, sums)
    table = np.bincount(rows * span + (keys - lowest), sums)
    cells = np.flatnonzero(table)
    return Sparse(cells // span, cells % span + lowest, table[cells].astype(np.int64))
