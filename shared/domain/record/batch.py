"""A batch of records as columns: what a chunk holds and what a rollup reads.

Columns are int64 (`NULL` is null), float64 (NaN is null), texts, or codes into a table of distinct
texts. A column that is null in every row is left out.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count

import numpy as np
from numpy.typing import NDArray

from shared.domain.packing import NULL, Column, Ints

TABLE_SUFFIX = "#"


@dataclass(frozen=True, slots=True)
class Batch:
    """Columns of equal length.

    Attributes:
        size: number of rows.
        columns: name -> column; the table of a coded column `x` is the texts `x#`.
        compact: whether every text of a table is in use and no column is all null.
    """

    size: int
    columns: Mapping[str, Column] = field(default_factory=dict)
    compact: bool = False

    def ints(self, name: str) -> Ints:
        """Return an int64 column; all null where the batch has none."""
        column = self.columns.get(name)
        if column is None:
            return np.full(self.size, NULL, np.int64)
        return column  # type: ignore[return-value]

    def floats(self, name: str) -> NDArray[np.float64]:
        """Return a float64 column; all NaN where the batch has none."""
        column = self.columns.get(name)
        if column is None:
            return np.full(self.size, np.nan)
        return column  # type: ignore[return-value]

    def table(self, name: str) -> list[str]:
        """Return the distinct texts of a coded column."""
        return self.columns.get(name + TABLE_SUFFIX, [])  # type: ignore[return-value]

    def texts(self, name: str) -> list[str | None]:
        """Return a coded or text column as texts, None where null."""
        column = self.columns.get(name)
        if column is None:
            return [None] * self.size
        if isinstance(column, list):
            return [text or None for text in column]
        table = self.table(name)
        return [None if code == NULL else table[code] for code in self.ints(name).tolist()]

    def without(self, names: Collection[str]) -> "Batch":
        """Return the batch without the named columns."""
        columns = {
            name: column
            for name, column in self.columns.items()
            if name.removesuffix(TABLE_SUFFIX) not in names
        }
        return Batch(self.size, columns)

    def rows(self, kept: NDArray[np.bool_] | NDArray[np.int64]) -> "Batch":
        """Return the batch of the rows that a mask or an index selects."""
        index = np.flatnonzero(kept) if kept.dtype == np.bool_ else kept
        columns: dict[str, Column] = {}
        for name, column in self.columns.items():
            if isinstance(column, np.ndarray):
                columns[name] = column[index]
            elif isinstance(column, list) and not name.endswith(TABLE_SUFFIX):
                columns[name] = [column[at] for at in index.tolist()]
            else:
                columns[name] = column
        return Batch(len(index), columns)

    def compacted(self) -> "Batch":
        """Return the batch with tables of only the texts in use, without all-null columns."""
        if self.compact:
            return self
        columns: dict[str, Column] = {}
        for name, column in self.columns.items():
            if name + TABLE_SUFFIX in self.columns:
                used = np.unique(self.ints(name))
                used = used[used != NULL]
                if len(used):
                    columns |= self._recoded(name, used)
            elif not name.endswith(TABLE_SUFFIX) and not _all_null(column):
                columns[name] = column
        return Batch(self.size, columns, compact=True)

    def _recoded(self, name: str, used: Ints) -> dict[str, Column]:
        codes, table = self.ints(name), self.table(name)
        if len(used) == len(table):
            return {name: codes, name + TABLE_SUFFIX: table}
        moved = np.where(codes == NULL, NULL, np.searchsorted(used, codes))
        return {name: moved, name + TABLE_SUFFIX: [table[code] for code in used.tolist()]}


def _all_null(column: Column) -> bool:
    if isinstance(column, np.ndarray):
        nulls = np.isnan(column) if column.dtype == np.float64 else column == NULL
        return bool(nulls.all())
    return isinstance(column, list) and not any(column)


def coded(values: Sequence[str | None]) -> tuple[Ints, list[str]]:
    """Return texts as codes into the list of their distinct values, in order of appearance."""
    first = values[0] if values else None
    if first is not None and values.count(first) == len(values):
        return np.zeros(len(values), np.int64), [first]
    index: defaultdict[str | None, int] = defaultdict(count().__next__)
    codes = np.fromiter(map(index.__getitem__, values), np.int64, len(values))
    if None in index:
        null = index.pop(None)
        codes = np.where(codes == null, NULL, codes - (codes > null))
    return codes, list(index)  # type: ignore[arg-type]


def concatenate(batches: Sequence[Batch]) -> Batch:
    """Return one batch with the rows of all, in order."""
    if len(batches) == 1:
        return batches[0]
    names = dict.fromkeys(name for batch in batches for name in batch.columns)
    columns: dict[str, Column] = {}
    for name in names:
        if name.endswith(TABLE_SUFFIX):
            continue
        sample = next(b.columns[name] for b in batches if name in b.columns)
        if isinstance(sample, list):
            columns[name] = [text or "" for b in batches for text in b.texts(name)]
        elif name + TABLE_SUFFIX in names:
            columns[name], columns[name + TABLE_SUFFIX] = _joined_codes(batches, name)
        elif sample.dtype == np.float64:  # type: ignore[union-attr]
            columns[name] = np.concatenate([b.floats(name) for b in batches])
        else:
            columns[name] = np.concatenate([b.ints(name) for b in batches])
    return Batch(sum(batch.size for batch in batches), columns)


def _joined_codes(batches: Sequence[Batch], name: str) -> tuple[Ints, list[str]]:
    table: dict[str, int] = {}
    tables = [batch.table(name) for batch in batches]
    places = [table.setdefault(text, len(table)) for texts in tables for text in texts]
    starts = np.cumsum([0, *map(len, tables)])[:-1]
    codes = np.concatenate([batch.ints(name) for batch in batches])
    known = codes != NULL
    at = codes + np.repeat(starts, [batch.size for batch in batches])
    joined = np.full(len(codes), NULL, np.int64)
    joined[known] = np.array(places, np.int64)[at[known]]
    return joined, list(table)
