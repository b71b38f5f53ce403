"""A bound on what clients choose freely: each owner's most frequent values keep their name."""

from collections.abc import Sequence

import numpy as np

from shared.domain.digest.tally import Tally, codes_of, tally_of
from shared.domain.grouping import Groups

_NEVER_CUT = 1 << 62


def cut_values(tally: Tally, owner: Sequence[str], value: str, *, keep: int, other: int) -> Tally:
    """Return sums with each owner's most frequent values by name, of equals the lower one.

    Args:
        tally: has the sum `requests`.
        owner: keys that together name an owner.
        value: the key to be bounded; values below 0 are not counted and never cut.
        keep: how many values each owner keeps.
        other: the value that the rest becomes, below 0.
    """
    owners, values = codes_of([tally.keys[name] for name in owner]), tally.keys[value]
    pairs = Groups(codes_of([owners, values]))
    own, one = owners[pairs.representatives], values[pairs.representatives]
    own = Groups(own).inverse
    requests = np.where(one >= 0, pairs.sum(tally.sums["requests"]), _NEVER_CUT)
    order = np.lexsort((one, -requests, own))
    unnamed = np.bincount(own[one < 0], minlength=int(own.max(initial=0)) + 1)
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order)) - np.searchsorted(own[order], own[order])
    cut = (one >= 0) & (rank - unnamed[own] >= keep)
    if not cut.any():
        return tally
    kept = np.where(cut[pairs.inverse], other, values)
    return tally_of({**tally.keys, value: kept}, tally.sums)
