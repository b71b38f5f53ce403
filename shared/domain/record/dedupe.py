"""Requests reported twice: the same request_id in one bucket counts once.

The record with usage wins, then the one stored first. What a bucket has counted is remembered as
sorted 64-bit fingerprints whose lowest bit tells whether the counted record had usage, so that a
later chunk is checked without reading the earlier ones again.
"""

import hashlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shared.domain.packing import NULL
from shared.domain.record.batch import Batch

type Prints = NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class Deduped:
    """The outcome for some chunks of a bucket.

    Attributes:
        kept: for each row, whether it counts.
        prints: what the bucket has counted by now.
        replaces: True where a record with usage meets a counted one without, so that the bucket
            has to be computed from all its chunks.
    """

    kept: NDArray[np.bool_]
    prints: Prints
    replaces: bool


def fingerprints(batch: Batch) -> tuple[Prints, NDArray[np.int64]]:
    """Return fingerprints of the rows that have a request_id, and the index of those rows."""
    ids = batch.texts("request_id")
    rows = [row for row, text in enumerate(ids) if text]
    digests = b"".join(
        hashlib.blake2b((ids[row] or "").encode(), digest_size=8).digest() for row in rows
    )
    with_usage = (batch.ints("input_tokens") != NULL) | (batch.ints("output_tokens") != NULL)
    index = np.array(rows, np.int64)
    whole = np.frombuffer(digests, np.uint64) & ~np.uint64(1)
    return whole | with_usage[index].astype(np.uint64), index


def dedupe(batch: Batch, counted: Prints) -> Deduped:
    """Decide which rows count.

    Args:
        batch: request columns in order of storing.
        counted: fingerprints of what the bucket has counted already, sorted.
    """
    kept = np.ones(batch.size, np.bool_)
    prints, index = fingerprints(batch)
    if len(prints) == 0:
        return Deduped(kept, counted, replaces=False)
    identity = prints >> np.uint64(1)
    usage = prints & np.uint64(1)
    order = np.lexsort((np.arange(len(prints)), usage == 0, identity))
    first = np.ones(len(order), np.bool_)
    first[1:] = identity[order][1:] != identity[order][:-1]
    kept[index[order[~first]]] = False
    winners = prints[order[first]]
    known = counted >> np.uint64(1)
    at = np.searchsorted(known, winners >> np.uint64(1))
    met = at < len(known)
    met[met] = known[at[met]] == (winners[met] >> np.uint64(1))
    had_usage = np.zeros(len(winners), np.bool_)
    had_usage[met] = (counted[at[met]] & np.uint64(1)) == 1
    replaces = bool((met & ~had_usage & ((winners & np.uint64(1)) == 1)).any())
    kept[index[order[first][met]]] = False
    return Deduped(kept, np.sort(np.concatenate([counted, winners[~met]])), replaces=replaces)


def no_prints() -> Prints:
    """Return the fingerprints of a bucket that has counted nothing."""
    return np.empty(0, np.uint64)
