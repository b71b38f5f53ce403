"""Requests merged into groups, but apart by whatever their price depends on."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from shared.domain.cost.cells import CellColumns, Entries, cell_columns
from shared.domain.cost.rates import PRICING_LABELS, Rate, Rates, rate_numbers
from shared.domain.label import Labels
from shared.domain.packing import Ints
from shared.domain.price.pricing import Pricing
from shared.domain.rollup.rollup import Rollup

MEASURES = frozenset({"n", "tokens", "unseen_tokens", "calls"})


class Charged(NamedTuple):
    """A rollup's cells, and what each is charged at.

    Attributes:
        cells: what its rows used.
        rates: each once.
        rate_of: index into the rates by row and place; -1 where nothing is charged.
    """

    cells: CellColumns
    rates: Sequence[Rate]
    rate_of: Ints

    def rate(self, entries: Entries) -> Ints:
        """Return the rate of each entry, an index into the rates."""
        places = max(len(self.cells.places), 1)
        found: Ints = self.rate_of[entries.rows * places + entries.place]
        return found


def price_labels(group_by: Sequence[str]) -> tuple[str, ...]:
    """Return the labels that keep groups and prices apart."""
    return tuple(dict.fromkeys([*group_by, *PRICING_LABELS]))


def charged(rollup: Rollup, pricing: Pricing) -> Charged:
    """Return the cells of a rollup and their rates.

    Args:
        rollup: `MEASURES` by `price_labels`, in steps that cross no UTC midnight.
        pricing: prices and deployments.
    """
    cells, rates = cell_columns(rollup), Rates(pricing)
    return Charged(cells, rates.found, rate_numbers(rollup, cells, rates))


def group_owners(rollup: Rollup, group_by: Sequence[str]) -> tuple[list[Labels], Ints]:
    """Return the groups in order, and for each row of the rollup its group."""
    coarse = [tuple((name, dict(each)[name]) for name in group_by) for each in rollup.labels]
    groups = sorted(set(coarse))
    place = {labels: at for at, labels in enumerate(groups)}
    return groups, np.array([place[labels] for labels in coarse], np.int64)[rollup.series]
