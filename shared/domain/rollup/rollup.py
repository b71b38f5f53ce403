"""Rollups: exact, mergeable sums per series and step of time, as columns.

`aggregate` is the one operation: minutes into hours, chunks' rollups into a bucket's, series into
the groups of a report or a rule. It is associative and its result does not depend on the order of
its inputs, so recomputing gives the same bytes.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shared.domain.grouping import Groups
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

    def where(self, kept: NDArray[np.bool_]) -> "Rollup":
        """Return the rollup of the kept rows."""
        if kept.all():
            return self
        return Rollup(
            self.measures,
            self.slots[kept],
            self.series[kept],
            self.labels,
            {name: values[kept] for name, values in self.dense.items()},
            {name: entries.of_rows(kept) for name, entries in self.sparse.items()},
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

    @cache
    def place(labels: Labels) -> int:
        grouped = key(labels)
        return -1 if grouped is None else groups.setdefault(grouped, len(groups))

    chosen = [_chosen(part, place) for part in parts if len(part)]
    chosen = [(part, group) for part, group in chosen if len(part)]
    if not chosen:
        return empty(measures)
    labels = sorted(groups)
    rank = np.empty(len(labels), np.int64)
    rank[[groups[label] for label in labels]] = np.arange(len(labels))
    slots = np.concatenate([step(part.slots) for part, _ in chosen])
    codes = slots * len(labels) + rank[np.concatenate([group for _, group in chosen])]
    rows = Groups(codes)
    merged = Rollup(measures, rows.codes // len(labels), rows.codes % len(labels), labels)
    _merge_dense(merged, [part for part, _ in chosen], rows, only)
    _merge_sparse(merged, [part for part, _ in chosen], rows, only)
    return merged


def _chosen(part: Rollup, place: Callable[[Labels], int]) -> tuple[Rollup, Ints]:
    group_of = np.full(len(part.labels), -1, np.int64)
    for at in _used(part.series, len(part.labels)):
        group_of[at] = place(part.labels[at])
    group = group_of[part.series]
    kept = group >= 0
    return part.where(kept), group[kept]


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
        holders = [(at, part) for at, part in enumerate(parts) if len(part.entries(name).rows)]
        if (only is not None and name not in only) or not holders:
            continue
        row = [rows.inverse[part.sparse[name].rows + starts[at]] for at, part in holders]
        keys = [part.sparse[name].keys for _, part in holders]
        if name in merged.measures.coded:
            terms, keys = _united_terms([part.terms[name] for _, part in holders], keys)
            merged.terms[name] = terms
        sums = np.concatenate([part.sparse[name].sums for _, part in holders])
        merged.sparse[name] = summed(np.concatenate(row), np.concatenate(keys), sums)


def summed(rows: Ints, keys: Ints, sums: Ints) -> Sparse:
    """Return entries sorted by row and key, equal ones added up."""
    if len(rows) == 0:
        return Sparse(rows, keys, sums)
    lowest = int(keys.min())
    span = int(keys.max()) - lowest + 1
    groups = Groups(rows * span + (keys - lowest))
    return Sparse(groups.codes // span, groups.codes % span + lowest, groups.sum(sums))


def _united_terms(
    tables: Sequence[Sequence[str]], keys: Sequence[Ints]
) -> tuple[list[str], list[Ints]]:
    used = [
        {code: table[code] for code in _used(codes, len(table))}
        for table, codes in zip(tables, keys, strict=True)
    ]
    terms = sorted({term for names in used for term in names.values()})
    index = {term: code for code, term in enumerate(terms)}
    moved = [
        np.array([index.get(names.get(code, ""), -1) for code in range(len(table))])[codes]
        for table, names, codes in zip(tables, used, keys, strict=True)
    ]
    return terms, moved


def _used(codes: Ints, size: int) -> list[int]:
    """Return which of the codes 0 to size - 1 occur, ascending."""
    used: list[int] = np.flatnonzero(np.bincount(codes, minlength=size)).tolist()
    return used
