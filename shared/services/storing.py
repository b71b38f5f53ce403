"""Storing a checked batch: one chunk per bucket, late buckets marked, before anything is answered.

The order makes it safe: chunk first, then the marker of a bucket that the rollup may have passed,
then the answer. A resend meets its own chunks and compares digests.
"""

import asyncio
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from shared.domain.packing import Ints
from shared.domain.record.batch import Batch
from shared.domain.record.chunk import Chunk, by_bucket, lone_chunk, make_chunks
from shared.domain.record.lone_request import LoneRequest
from shared.domain.rollup.measures import Kind
from shared.domain.timeline import BUCKET_M, micros, minute_of
from shared.errors import Conflict
from shared.services.ports import Chunks, DirtyBuckets, Earlier

CHUNK_BYTES = 11 * (64 << 10)
AHEAD = timedelta(minutes=5)
# A bucket that ended longer ago than this is marked when something is stored in it.
UNMARKED_M = 5

_USED_BEFORE = "batch_id {}: used before with other content"

type Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of a batch.

    Attributes:
        batch_id: the client's, or one made here.
        duplicate: True when all of it had been stored by an earlier try.
        surplus: rows that an earlier try of the same batch had refused, for their time, and that
            therefore are not stored.
    """

    batch_id: str
    duplicate: bool
    surplus: Ints


async def store_batch(
    kind: Kind,
    batch: Batch,
    times: Ints,
    batch_id: str | None,
    *,
    chunks: Chunks,
    dirty: DirtyBuckets,
    received: datetime,
    clock: Clock,
) -> Stored:
    """Store a batch's rows, all of them acceptable.

    Args:
        kind: of the records.
        batch: columns, at least one row.
        times: the time of each row, microseconds since the epoch.
        batch_id: the client's; None for a batch that is never sent again.
        chunks: where chunks go.
        dirty: where late buckets are marked.
        received: the clock that the times were accepted by.
        clock: read again once the chunks are stored.

    Raises:
        Conflict: the batch_id was used before with other content.
        Unavailable: storage is away; resending the batch is safe if it has a batch_id.
    """
    chosen = batch_id or uuid.uuid4().hex
    received_us = micros(received)
    by_start: dict[int, tuple[Ints, list[Chunk]]] = {}
    for bucket, index in by_bucket(batch, times):
        rows = batch if len(index) == batch.size else batch.rows(index)
        made = make_chunks(
            kind,
            bucket,
            chosen,
            rows,
            times[index],
            received_us=received_us,
            limit_bytes=CHUNK_BYTES,
        )
        by_start[bucket] = index, made
    every = [chunk for _, made in by_start.values() for chunk in made]
    if len(every) == 1:
        earlier = [await chunks.insert(every[0])]
    else:
        earlier = await asyncio.gather(*(chunks.insert(chunk) for chunk in every))
    await _mark_late(kind, list(by_start), dirty=dirty, now=clock())
    if not any(earlier):
        return Stored(chosen, duplicate=False, surplus=np.empty(0, np.int64))
    met = dict(zip(((c.bucket, c.part) for c in every), earlier, strict=True))
    surplus = [
        _surplus(batch, times, index, made, [met[c.bucket, c.part] for c in made])
        for index, made in by_start.values()
    ]
    return Stored(chosen, None not in earlier, np.concatenate(surplus))


async def store_lone(
    lone: LoneRequest,
    batch_id: str | None,
    *,
    chunks: Chunks,
    dirty: DirtyBuckets,
    received: datetime,
    clock: Clock,
) -> Stored:
    """Store a batch of one request; see `store_batch`.

    Raises:
        Conflict: the batch id was used before for another request.
    """
    chosen = batch_id or uuid.uuid4().hex
    chunk = lone_chunk(Kind.REQUEST, chosen, lone.cells, lone.end_us, received_us=micros(received))
    earlier = await chunks.insert(chunk)
    await _mark_late(chunk.kind, [chunk.bucket], dirty=dirty, now=clock())
    if earlier is not None and earlier.sha256 != chunk.sha256:
        raise Conflict(_USED_BEFORE.format(chosen))
    return Stored(chosen, earlier is not None, np.empty(0, np.int64))


async def _mark_late(kind: Kind, buckets: list[int], *, dirty: DirtyBuckets, now: datetime) -> None:
    passed = minute_of(now) - UNMARKED_M
    late = [bucket for bucket in buckets if bucket + BUCKET_M <= passed]
    if late:
        await asyncio.gather(*(dirty.mark(kind, bucket) for bucket in late))


def _surplus(
    batch: Batch, times: Ints, index: Ints, made: list[Chunk], earlier: list[Earlier | None]
) -> Ints:
    """Return the rows of a bucket that are not stored; raise `Conflict` for other content."""
    found = [(c, e) for c, e in zip(made, earlier, strict=True) if e and e.sha256 != c.sha256]
    if not found:
        return np.empty(0, np.int64)
    chunk, before = found[0]
    then = times[index] <= before.received_us + AHEAD // timedelta(microseconds=1)
    if len(made) == 1 and 0 < then.sum() == before.count < chunk.count:
        again = make_chunks(
            chunk.kind,
            chunk.bucket,
            chunk.batch_id,
            batch.rows(index[then]),
            times[index[then]],
            received_us=before.received_us,
            limit_bytes=CHUNK_BYTES,
        )
        if again[0].sha256 == before.sha256:
            return index[~then]
    raise Conflict(_USED_BEFORE.format(chunk.batch_id))
