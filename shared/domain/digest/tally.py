"""Sums of whole numbers by key: what every section of a digest is made of.

A tally has key columns and sum columns; each combination of keys stands once, in ascending order.
Merging adds. It is associative and blind to order, so the same records give the same bytes however
they were cut.

Sums are of what was reported. Where a client says by `sample_weight` that a request stands for
others too, a sum may have a second column, `unseen_...`: what those are taken to add, an estimate.
It is absent where every weight is 1, and absent is 0.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shared.domain.grouping import Groups
from shared.domain.packing import Ints
from shared.domain.rollup.price_cell import WHOLE

_WIDEST = 1 << 62
_KEY = "k."
_SUM = "s."
_UNSEEN = "unseen_"
_MILLIONTHS = "_millionths"


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

    def sum_of(self, name: str) -> Ints:
        """Return a sum column, zeros where there is none."""
        found = self.sums.get(name)
        return np.zeros(len(self), np.int64) if found is None else found

    def where(self, kept: NDArray[np.bool_] | Ints | slice) -> "Tally":
        """Return the keys that a mask, an index or a slice selects."""
        return Tally(
            {name: column[kept] for name, column in self.keys.items()},
            {name: column[kept] for name, column in self.sums.items()},
        )

    def estimated(self) -> "Tally":
        """Return sums with what requests that were sampled out are taken to add."""
        unseen = {name: own for name, own in self.sums.items() if name.startswith(_UNSEEN)}
        if not unseen:
            return self
        sums = {name: own for name, own in self.sums.items() if name not in unseen}
        for name, column in unseen.items():
            of = name.removeprefix(_UNSEEN)
            whole = of.removesuffix(_MILLIONTHS)
            sums[whole] = sums[whole] + (column if of == whole else (column + WHOLE // 2) // WHOLE)
        return Tally(self.keys, sums)

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
    """Return tallies of the same keys as one; a sum that one of them lacks is 0 there."""
    if len(tallies) == 1:
        return tallies[0]
    every = stacked(tallies)
    return tally_of(every.keys, every.sums)


def stacked(tallies: Sequence[Tally]) -> Tally:
    """Return the rows of tallies of the same keys, one after the other; a sum lacking is 0."""
    first = tallies[0]
    lacking = {name for each in tallies for name in each.sums} - {*first.sums}
    names = [*first.sums, *sorted(lacking)]
    return Tally(
        {name: np.concatenate([each.keys[name] for each in tallies]) for name in first.keys},
        {name: np.concatenate([each.sum_of(name) for each in tallies]) for name in names},
    )


def unseen_name(name: str, *, is_count: bool = False) -> str:
    """Return the name of the column of what sampled-out requests are taken to add to a sum."""
    return f"{_UNSEEN}{name}{_MILLIONTHS}" if is_count else f"{_UNSEEN}{name}"


def unseen_sums(sums: Mapping[str, Ints], counts: Collection[str], more: Ints) -> dict[str, Ints]:
    """Return the columns of what sampled-out requests are taken to add to each row's sums.

    Args:
        sums: of what was reported.
        counts: which of them count requests; their estimate is in millionths, the others' whole.
        more: how many more requests each row stands for, millionths; below 0 for a weight below 1.
    """
    scale = more / WHOLE
    return {
        unseen_name(name, is_count=name in counts): column * more
        if name in counts
        else np.rint(column * scale).astype(np.int64)
        for name, column in sums.items()
    }


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
