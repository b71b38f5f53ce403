"""Requests by price cell: how many told their usage, how many did not, and how many were unseen.

Those unseen are what a reported request stands for beside itself, by its `sample_weight`.
"""

from enum import StrEnum

import numpy as np

from shared.domain.grouping import Groups, ranked
from shared.domain.packing import NULL, Ints
from shared.domain.record.batch import Batch
from shared.domain.rollup.price_cell import WHOLE, Places


class CallKind(StrEnum):
    """What is counted; the unseen in millionths, below 0 where weights are below 1."""

    METERED = "metered"
    NO_USAGE = "no_usage"
    UNSEEN = "unseen_millionths"


_KINDS = tuple(CallKind)


def call_cells(batch: Batch, places: Places) -> tuple[list[str], Ints, Ints, Ints]:
    """Return a batch's requests by cell.

    Args:
        batch: request columns.
        places: the cell of each row.

    Returns:
        The cells' names, sorted; then for each count its cell, the count and its row.
    """
    codes = places.codes * len(_KINDS)
    blind = (batch.ints("input_tokens") == NULL) & (batch.ints("output_tokens") == NULL)
    every = np.arange(batch.size)
    weight = batch.ints("weight_millionths")
    sampled = np.flatnonzero((weight != NULL) & (weight != WHOLE))
    groups = Groups(np.concatenate([codes + blind, codes[sampled] + 2]))
    names = [
        places.term(_KINDS[code % len(_KINDS)], code // len(_KINDS))
        for code in groups.codes.tolist()
    ]
    terms, moved = ranked(names)
    counts = np.concatenate([np.ones(batch.size, np.int64), weight[sampled] - WHOLE])
    return terms, moved[groups.inverse], counts, np.concatenate([every, sampled])
