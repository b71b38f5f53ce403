"""Sums of whole numbers by key: what every section of a digest is made of.

A tally has key columns and sum columns; each combination of keys stands once, in ascending order.
Merging adds. It is associative and blind to order, so the same records give the same bytes however
they were cut.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shared.domain.grouping import Groups
from shared.domain.packing import Ints

_WIDEST = 1 << 62
_KEY = "k."
_SUM = "s."


@dataclass(frozen=True, slots=True)
class Tally:
    """Sums by key.

    Attributes:
        keys: name -> column; `NULL` is a key like any other.
        sums: name -> column of the same length.
    """

    keys: Mapping[str, Ints]
    sums: Mapping[str, Ints]

    def __len__(self) -> int:
        """Return the number of keys."""
        return len(next(iter(self.keys.values())))

    def total(self, name: str) -> int:
        """Return a sum over all keys."""
        return int(self.sums[name].sum())

    def where(self, kept: NDArray[np.bool_] | Ints | slice) -> "Tally":
        """Return the keys that a mask, an index or a slice selects."""
        return Tally(
            {name: column[kept] for name, column in self.keys.items()},
            {name: column[kept] for name, column in self.sums.items()},
        )

    def columns(self) -> dict[str, Ints]:
        """Return keys and sums as columns to be packed."""
        keys = {_KEY + name: column for name, column in self.keys.items()}
        return keys | {_SUM + name: column for name, column in self.sums.items()}


def tally_from(columns: Mapping[str, Ints]) -> Tally:
    """Return the tally of packed columns."""
    keys = {n.removeprefix(_KEY): c for n, c in columns.items() if n.startswith(_KEY)}
    sums = {n.removeprefix(_SUM): c for n, c in columns.items() if n.startswith(_SUM)}
    return Tally(keys, sums)


def tally_of(keys: Mapping[str, Ints], sums: Mapping[str, Ints | NDArray[np.bool_]]) -> Tally:
    """Return rows summed by key; nulls among what is summed count as 0."""
    groups = Groups(codes_of(list(keys.values())))
    chosen = groups.representatives
    return Tally(
        {name: column[chosen] for name, column in keys.items()},
        {name: groups.sum(column) for name, column in sums.items()},
    )


def merged(tallies: Sequence[Tally]) -> Tally:
    """Return tallies of the same columns as one."""
    if len(tallies) == 1:
        return tallies[0]
    first = tallies[0]
    return tally_of(
        {name: np.concatenate([each.keys[name] for each in tallies]) for name in first.keys},
        {name: np.concatenate([each.sums[name] for each in tallies]) for name in first.sums},
    )


def empty(keys: Sequence[str], sums: Sequence[str]) -> Tally:
    """Return a tally without keys."""
    none = np.empty(0, np.int64)
    return Tally(dict.fromkeys(keys, none), dict.fromkeys(sums, none))


def codes_of(columns: Sequence[Ints]) -> Ints:
    """Return one number a row, in the order of the columns read one after the other."""
    codes, width = np.zeros(len(columns[0]), np.int64), 1
    if len(codes) == 0:
        return codes
    for column in columns:
        low, span = int(column.min()), int(column.max()) - int(column.min()) + 1
        digits = column
        if span * width >= _WIDEST:
            ranks, places = Groups(codes), Groups(column)
            codes, width = ranks.inverse, len(ranks)
            digits, low, span = places.inverse, 0, len(places)
        codes, width = codes * span + (digits - low), width * span
    return codes
