"""Rollups: exact, mergeable sums per series and step of time, as columns.

`aggregate` is the one operation: minutes into hours, chunks' rollups into a bucket's, series into
the groups of a report or a rule. It is associative and its result does not depend on the order of
its inputs, so recomputing gives the same bytes.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shared.domain.grouping import Groups, sums_by_code
from shared.domain.label import Labels
from shared.domain.packing import NULL, Floats, Ints
from shared.domain.rollup.measures import Measures, Reduce


@dataclass(frozen=True, slots=True)
class Sparse:
    """Sums by row and key, sorted by both.

    Attributes:
        rows: index of the row.
        keys: the key within the measure.
        sums: int64.
    """

    rows: Ints
    keys: Ints
    sums: Ints

    def of_rows(self, kept: NDArray[np.bool_]) -> "Sparse":
        """Return the entries of the kept rows, rows numbered anew."""
        entries = kept[self.rows]
        renumbered = np.cumsum(kept) - 1
        return Sparse(renumbered[self.rows[entries]], self.keys[entries], self.sums[entries])


_NO_ENTRIES = Sparse(*[np.empty(0, np.int64)] * 3)


@dataclass(frozen=True, slots=True)
class Rollup:
    """Measures of series over steps of time.

    Attributes:
        measures: which measures there may be.
        slots: for each row, the minute at which its step begins.
        series: for each row, index into `labels`.
        labels: the distinct label sets, sorted.
        dense: measure -> one number a row.
        sparse: measure -> sums by row and key.
        terms: coded measure -> what its keys stand for, sorted.
    """

    measures: Measures
    slots: Ints
    series: Ints
    labels: Sequence[Labels]
    dense: dict[str, NDArray[Any]] = field(default_factory=dict)
    sparse: dict[str, Sparse] = field(default_factory=dict)
    terms: dict[str, list[str]] = field(default_factory=dict)

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.slots)

    def ints(self, measure: str) -> Ints:
        """Return an integer measure; zeros where it was not kept."""
        found = self.dense.get(measure)
        return np.zeros(len(self), np.int64) if found is None else found

    def floats(self, measure: str) -> Floats:
        """Return a floating-point measure; NaN where it was not kept."""
        found = self.dense.get(measure)
        return np.full(len(self), np.nan) if found is None else found

    def entries(self, measure: str) -> Sparse:
        """Return a sparse measure; no entries where it was not kept."""
        found = self.sparse.get(measure)
        return _NO_ENTRIES if found is None else found

    def where(self, kept: NDArray[np.bool_], only: Collection[str] | None = None) -> "Rollup":
        """Return the rollup of the kept rows, with at least the named measures; None names all."""
        if kept.all():
            return self

        def wanted(name: str) -> bool:
            return only is None or name in only or name.removesuffix("_at") in only

        return Rollup(
            self.measures,
            self.slots[kept],
            self.series[kept],
            self.labels,
            {name: values[kept] for name, values in self.dense.items() if wanted(name)},
            {name: each.of_rows(kept) for name, each in self.sparse.items() if wanted(name)},
            self.terms,
        )

    def between(self, first: int, end: int) -> "Rollup":
        """Return the rows whose step begins in [first, end)."""
        return self.where((self.slots >= first) & (self.slots < end))


def empty(measures: Measures) -> Rollup:
    """Return a rollup without rows."""
    return Rollup(measures, np.empty(0, np.int64), np.empty(0, np.int64), [])


def same_labels(labels: Labels) -> Labels:
    """Keep every series apart."""
    return labels


def same_slots(slots: Ints) -> Ints:
    """Keep every step apart."""
    return slots


def aggregate(
    parts: Iterable[Rollup],
    measures: Measures,
    *,
    key: Callable[[Labels], Labels | None] = same_labels,
    step: Callable[[Ints], Ints] = same_slots,
    only: Collection[str] | None = None,
) -> Rollup:
    """Merge rollups.

    Args:
        parts: what to merge, in any order.
        measures: their measures.
        key: the group of a label set; None leaves its rows out.
        step: the step that a row's slot falls into.
        only: the measures to keep; None keeps all.
    """
    groups: dict[Labels, int] = {}
    places: dict[int, Ints] = {}

    def placed(labels: Sequence[Labels]) -> Ints:
        """Return the group of each label set, -1 where it is left out; parts share such tables."""
        if id(labels) not in places:
            keys = [key(each) for each in labels]
            known = [-1 if each is None else groups.setdefault(each, len(groups)) for each in keys]
            places[id(labels)] = np.array(known, np.int64)
        return places[id(labels)]

    chosen = [_chosen(part, placed(part.labels), only) for part in list(parts) if len(part)]
    chosen = [(part, group) for part, group in chosen if len(part)]
    if not chosen:
        return empty(measures)
    labels, group = _ranked(list(groups), np.concatenate([group for _, group in chosen]))
    slots = np.concatenate([step(part.slots) for part, _ in chosen])
    rows = Groups(slots * len(labels) + group)
    merged = Rollup(measures, rows.codes // len(labels), rows.codes % len(labels), labels)
    _merge_dense(merged, [part for part, _ in chosen], rows, only)
    _merge_sparse(merged, [part for part, _ in chosen], rows, only)
    return merged


def _chosen(part: Rollup, places: Ints, only: Collection[str] | None) -> tuple[Rollup, Ints]:
    group = places[part.series]
    kept = group >= 0
    return part.where(kept, only), group[kept]


def _ranked[T: (str, Labels)](items: Sequence[T], codes: Ints) -> tuple[list[T], Ints]:
    """Return the items that codes refer to, sorted, and the codes into those."""
    used = np.flatnonzero(np.bincount(codes, minlength=len(items))).tolist()
    order = sorted(used, key=lambda code: items[code])
    rank = np.zeros(len(items), np.int64)
    rank[order] = np.arange(len(order))
    return [items[code] for code in order], rank[codes]


_REDUCED: dict[Reduce, Callable[[Groups, NDArray[Any]], NDArray[Any]]] = {
    Reduce.SUM: Groups.sum,
    Reduce.MIN: Groups.min,
    Reduce.MAX: Groups.max,
    Reduce.MIN_FLOAT: Groups.min_float,
    Reduce.MAX_FLOAT: Groups.max_float,
}


def _merge_dense(
    merged: Rollup, parts: Sequence[Rollup], rows: Groups, only: Collection[str] | None
) -> None:
    for name, (_, reduce) in merged.measures.dense.items():
        if (only is not None and name not in only) or all(name not in p.dense for p in parts):
            continue
        values = np.concatenate([_column(part, name, reduce) for part in parts])
        if reduce is Reduce.LAST:
            at = [_column(part, f"{name}_at", Reduce.MAX) for part in parts]
            merged.dense[name] = rows.last(values, np.concatenate(at))
        else:
            merged.dense[name] = _REDUCED[reduce](rows, values)


def _column(part: Rollup, name: str, reduce: Reduce) -> NDArray[Any]:
    if name in part.dense:
        return part.dense[name]
    if reduce in (Reduce.MIN_FLOAT, Reduce.MAX_FLOAT):
        return np.full(len(part), np.nan)
    return np.full(len(part), 0 if reduce is Reduce.SUM else NULL, np.int64)


def _merge_sparse(
    merged: Rollup, parts: Sequence[Rollup], rows: Groups, only: Collection[str] | None
) -> None:
    starts = np.cumsum([0, *(len(part) for part in parts)])
    for name in merged.measures.sparse:
        if only is not None and name not in only:
            continue
        holders = [(at, part) for at, part in enumerate(parts) if len(part.entries(name).rows)]
        if not holders:
            continue
        entries = [part.sparse[name] for _, part in holders]
        offsets = [starts[at] for at, _ in holders]
        row = np.concatenate([each.rows for each in entries])
        row += np.repeat(offsets, [len(each.rows) for each in entries])
        keys = [each.keys for each in entries]
        if name in merged.measures.coded:
            merged.terms[name], key = _united_terms([p.terms[name] for _, p in holders], keys)
        else:
            key = np.concatenate(keys)
        sums = np.concatenate([each.sums for each in entries])
        merged.sparse[name] = summed(rows.inverse[row], key, sums)


def summed(rows: Ints, keys: Ints, sums: Ints) -> Sparse:
    """Return entries sorted by row and key, equal ones added up."""
    if len(rows) == 0:
        return Sparse(rows, keys, sums)
    lowest = int(keys.min())
    span = int(keys.max()) - lowest + 1
    codes, added = sums_by_code(rows * span + (keys - lowest), sums)
    return Sparse(codes // span, codes % span + lowest, added)


def _united_terms(tables: Sequence[Sequence[str]], keys: Sequence[Ints]) -> tuple[list[str], Ints]:
    known: dict[str, int] = {}
    codes = [[known.setdefault(term, len(known)) for term in table] for table in tables]
    moved = [np.array(table)[each] for table, each in zip(codes, keys, strict=True)]
    return _ranked(list(known), np.concatenate(moved))
