"""From chunks to rollups: columns joined, requests reported twice counted once."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from shared.domain.record.batch import Batch, concatenate
from shared.domain.record.chunk import StoredChunk
from shared.domain.record.dedupe import Prints, fingerprints
from shared.domain.rollup.measures import MEASURES, Kind
from shared.domain.rollup.metrics import rollup_metrics
from shared.domain.rollup.requests import rollup_requests
from shared.domain.rollup.rollup import Rollup, aggregate

# What no measure reads stays behind when chunks are joined.
_UNREAD = {
    "trace_id",
    "trace_high",
    "trace_low",
    "user_hash",
    "prompt_hash",
    "prefix_hash",
    "operation_hash",
    "conversation_hash",
}


def joined(chunks: Sequence[StoredChunk], *, ids: bool) -> Batch:
    """Return the columns of chunks as one batch, in their order; `ids` keeps the request ids."""
    unread = _UNREAD if ids else _UNREAD | {"request_id"}
    return concatenate([chunk.batch().without(unread) for chunk in chunks])


def rollup_of(
    kind: Kind, batch: Batch, kept: NDArray[np.bool_] | None, series_tags: Sequence[str]
) -> Rollup:
    """Return the rollup of the kept rows; of the others only their number, as `duplicates`.

    Args:
        kind: of the records.
        batch: columns, at least one row.
        kept: which rows count; None counts all.
        series_tags: tag keys that tell series apart.
    """
    if kind is Kind.METRIC:
        return rollup_metrics(batch)
    if kept is None or kept.all():
        return rollup_requests(batch, series_tags)
    twice = rollup_requests(batch.rows(~kept), series_tags)
    dropped = {"duplicates": twice.ints("n")}
    parts = [Rollup(twice.measures, twice.slots, twice.series, twice.labels, dropped)]
    if kept.any():
        parts.append(rollup_requests(batch.rows(kept), series_tags))
    return aggregate(parts, MEASURES[kind])


def chunk_fingerprints(chunk: StoredChunk) -> tuple[Prints, NDArray[np.int64], int]:
    """Return a chunk's fingerprints, the rows they belong to, and its number of rows."""
    batch = chunk.batch()
    prints, rows = fingerprints(batch)
    return prints, rows, batch.size


def winners(
    found: Sequence[tuple[Prints, NDArray[np.int64], int]],
) -> tuple[list[NDArray[np.bool_]], Prints]:
    """Decide over all of a bucket's chunks which rows count.

    Args:
        found: what `chunk_fingerprints` gave for each chunk, in order of storing.

    Returns:
        For each chunk which rows count, and the fingerprints of what counts, sorted.
    """
    kept = [np.ones(size, np.bool_) for _, _, size in found]
    prints = np.concatenate([prints for prints, _, _ in found])
    if len(prints) == 0:
        return kept, prints
    owner = np.repeat(np.arange(len(found)), [len(prints) for prints, _, _ in found])
    row = np.concatenate([rows for _, rows, _ in found])
    identity = prints >> np.uint64(1)
    without_usage = (prints & np.uint64(1)) == 0
    order = np.lexsort((np.arange(len(prints)), without_usage, identity))
    first = np.ones(len(order), np.bool_)
    first[1:] = identity[order][1:] != identity[order][:-1]
    for at in order[~first].tolist():
        kept[owner[at]][row[at]] = False
    return kept, np.sort(prints[order[first]])
