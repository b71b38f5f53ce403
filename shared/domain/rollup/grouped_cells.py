"""Sums of requests by group of labels, at two times, in one order of groups.

What `attribution` splits a change with: counts and totals, and, for latencies, the stored sums,
squares and products of ln latency, ln(1 + output) and ln(1 + uncached input) (`measures`).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from shared.domain import label
from shared.domain.label import Labels
from shared.domain.packing import Floats, Ints
from shared.domain.rollup.measures import MOMENT_SCALE
from shared.domain.rollup.rollup import Rollup

LENGTHS = ("o", "u", "oo", "uu", "ou", "lo", "lu")


@dataclass(frozen=True, slots=True)
class Cells:
    """Sums by group.

    Attributes:
        labels: the groups.
        count: requests of each.
        total: sum of their values.
        lengths: sums of o, u, oo, uu, ou, lo and lu, 7 rows; None where they are not kept.
    """

    labels: Sequence[Labels]
    count: Floats
    total: Floats
    lengths: Floats | None = None


@dataclass(frozen=True, slots=True)
class Lengths:
    """How long requests were, before and after.

    Attributes:
        means: before and after, each the mean ln(1 + output) and ln(1 + uncached input) by group.
        overall: likewise over all groups.
        within: sums of squares of outputs and of inputs, of their products, and of the products of
            outputs and of inputs with ln latency, all around the means of group and time.
    """

    means: tuple[Floats, Floats]
    overall: tuple[Floats, Floats]
    within: tuple[float, float, float, float, float]


@dataclass(frozen=True, slots=True)
class Pair:
    """Cells of two times over the same groups."""

    labels: Sequence[Labels]
    before: Cells
    after: Cells

    @property
    def count(self) -> float:
        """Return the requests of both times."""
        return float(self.before.count.sum() + self.after.count.sum())

    @property
    def shares(self) -> tuple[Floats, Floats]:
        """Return each group's share of the requests, before and after."""
        first, second = self.before.count, self.after.count
        return first / first.sum(), second / second.sum()

    @property
    def means(self) -> tuple[Floats, Floats]:
        """Return each group's mean, before and after; one that is absent keeps its other mean."""
        return _means(self.before.count, self.before.total, self.after.count, self.after.total)

    @property
    def overall(self) -> tuple[float, float]:
        """Return the means over all groups, before and after."""
        times = (self.before, self.after)
        first, second = (float(each.total.sum() / each.count.sum()) for each in times)
        return first, second

    @property
    def change(self) -> float:
        """Return by how much the mean changed."""
        return self.overall[1] - self.overall[0]

    @property
    def dimensions(self) -> list[str]:
        """Return the labels that have several values, in their usual order."""
        values: dict[str, set[str]] = {}
        for own in map(dict, self.labels):
            for name, text in own.items():
                values.setdefault(name, set()).add(text)
        usual = [name for name in label.REQUEST_LABELS if name in values]
        names = [*usual, *sorted(values.keys() - set(usual))]
        return [name for name in names if name != label.MODEL and len(values[name]) > 1]

    @property
    def lengths(self) -> Lengths | None:
        """Return how long requests were; None where that is not kept."""
        first, second = self.before, self.after
        if first.lengths is None or second.lengths is None:
            return None
        pairs = [
            _means(first.count, first.lengths[at], second.count, second.lengths[at])
            for at in (0, 1)
        ]
        means = tuple(np.stack([pairs[at][time] for at in (0, 1)]) for time in (0, 1))
        overall = tuple(
            each.lengths[:2].sum(axis=1) / each.count.sum()
            for each in (first, second)
            if each.lengths is not None
        )
        within = _within(first, first.lengths) + _within(second, second.lengths)
        outputs, inputs, both, by_output, by_input = within.tolist()
        squares = (outputs, inputs, both, by_output, by_input)
        return Lengths((means[0], means[1]), (overall[0], overall[1]), squares)

    def places(self, names: Sequence[str]) -> tuple[Ints, int]:
        """Return which group of some labels each group falls into, and how many there are."""
        groups: dict[Labels, int] = {}
        places = [groups.setdefault(_only(each, names), len(groups)) for each in self.labels]
        return np.array(places, np.int64), len(groups)

    def by(self, names: Sequence[str]) -> "Pair":
        """Return the sums by some of the labels only, without lengths."""
        places, count = self.places(names)
        labels = list(dict.fromkeys(_only(each, names) for each in self.labels))
        first, second = (
            Cells(
                labels,
                np.bincount(places, each.count, count),
                np.bincount(places, each.total, count),
            )
            for each in (self.before, self.after)
        )
        return Pair(labels, first, second)


def latency_cells(rollup: Rollup) -> Cells:
    """Return ln(latency in us) and lengths by series; of successes that report their usage."""
    scale = float(MOMENT_SCALE)
    rows = {
        name: _by_series(rollup, rollup.ints(f"moment_{name}")) / scale ** len(name)
        for name in ("l", *LENGTHS)
    }
    count = _by_series(rollup, rollup.ints("moment_n"))
    return _used(rollup, count, rows["l"], np.stack([rows[name] for name in LENGTHS]))


def mean_cells(rollup: Rollup, count: Ints, total: Ints | Floats) -> Cells:
    """Return counts and totals by series.

    Args:
        rollup: whose rows these are.
        count: requests of each row.
        total: sum of the values of each row.
    """
    return _used(rollup, _by_series(rollup, count), _by_series(rollup, total), None)


def paired(before: Cells, after: Cells) -> Pair:
    """Return both over the groups that either has; a label that one lacks is empty there."""
    names = sorted({name for each in (*before.labels, *after.labels) for name, _ in each})
    labels = sorted({_only(each, names) for each in (*before.labels, *after.labels)})
    place = {each: at for at, each in enumerate(labels)}
    return Pair(labels, *(_placed(each, place, labels, names) for each in (before, after)))


def _placed(
    cells: Cells, place: dict[Labels, int], labels: Sequence[Labels], names: Sequence[str]
) -> Cells:
    at = np.array([place[_only(each, names)] for each in cells.labels], np.int64)

    def moved(values: Floats) -> Floats:
        return np.bincount(at, values, len(place)).astype(np.float64)

    lengths = None if cells.lengths is None else np.stack([moved(row) for row in cells.lengths])
    return Cells(labels, moved(cells.count), moved(cells.total), lengths)


def _used(rollup: Rollup, count: Floats, total: Floats, lengths: Floats | None) -> Cells:
    kept = count > 0
    labels = [each for each, used in zip(rollup.labels, kept.tolist(), strict=True) if used]
    return Cells(labels, count[kept], total[kept], None if lengths is None else lengths[:, kept])


def _by_series(rollup: Rollup, values: Ints | Floats) -> Floats:
    return np.bincount(rollup.series, values, len(rollup.labels)).astype(np.float64)


def _only(labels: Labels, names: Iterable[str]) -> Labels:
    own = dict(labels)
    return tuple((name, own.get(name, "")) for name in names)


def _means(
    count: Floats, total: Floats, later_count: Floats, later_total: Floats
) -> tuple[Floats, Floats]:
    before = total / np.where(count > 0, count, 1.0)
    after = later_total / np.where(later_count > 0, later_count, 1.0)
    return np.where(count > 0, before, after), np.where(later_count > 0, after, before)


def _within(cells: Cells, sums: Floats) -> Floats:
    """Return the five sums of squares and products around each group's own means."""
    o, u, oo, uu, ou, lo, lu = sums
    count = np.where(cells.count > 0, cells.count, 1.0)
    around = np.stack(
        [
            oo - o * o / count,
            uu - u * u / count,
            ou - o * u / count,
            lo - o * cells.total / count,
            lu - u * cells.total / count,
        ]
    )
    found: Floats = around.sum(axis=1)
    return found
