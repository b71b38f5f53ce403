"""How many error types, finish reasons and tiers a row of a rollup names: the 20 largest.

Clients choose these words, so their number has no bound. The rest is summed under `__other__`;
counts and tokens stay exact in total. Words of equal size go in order of the alphabet.
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from shared.domain import label
from shared.domain.grouping import ranked
from shared.domain.packing import Ints
from shared.domain.rollup.price_cell import tier_apart
from shared.domain.rollup.rollup import Rollup, Sparse, summed

MAX_TERMS = 20


def capped_terms(rollup: Rollup) -> Rollup:
    """Return a rollup whose rows name at most 20 error types, finish reasons and tiers each."""
    capped = replace(rollup, sparse=dict(rollup.sparse), terms=dict(rollup.terms))
    for measure in ("error_type", "finish_reason"):
        _cap(capped, measure, _whole)
    for measure in ("tokens", "unseen_tokens", "calls"):
        _cap(capped, measure, tier_apart)
    return capped


def _cap(rollup: Rollup, measure: str, apart: Callable[[str], tuple[str, str]]) -> None:
    """Fold a measure's smaller words in place; `apart` cuts a term before its word."""
    terms = rollup.terms.get(measure, [])
    words, word = ranked([apart(term)[1] for term in terms])
    if len(words) <= MAX_TERMS:
        return
    entries = rollup.sparse[measure]
    beyond = _beyond(Sparse(entries.rows, word[entries.keys], entries.sums), words)
    if not beyond.any():
        return
    names = [*terms, *(apart(term)[0] + label.OTHER for term in terms)]
    keys = np.where(beyond, entries.keys + len(terms), entries.keys)
    used, place = np.unique(keys, return_inverse=True)
    rollup.terms[measure], code = ranked([names[key] for key in used.tolist()])
    rollup.sparse[measure] = summed(entries.rows, code[place], entries.sums)


def _beyond(entries: Sparse, words: list[str]) -> NDArray[np.bool_]:
    """Return which entries belong to a word beyond its row's largest."""
    sizes = summed(entries.rows, entries.keys, entries.sums)
    other = words.index(label.OTHER) if label.OTHER in words else -1
    own = sizes.keys != other
    rows, keys, sums = sizes.rows[own], sizes.keys[own], sizes.sums[own]
    order = np.lexsort((keys, -sums, rows))
    starts = np.searchsorted(rows, rows, side="left")
    cut = order[np.arange(len(order)) - starts >= MAX_TERMS]
    return np.isin(_pair(entries.rows, entries.keys, words), _pair(rows[cut], keys[cut], words))


def _pair(rows: Ints, keys: Ints, words: list[str]) -> Ints:
    return rows * len(words) + keys


def _whole(term: str) -> tuple[str, str]:
    return "", term
