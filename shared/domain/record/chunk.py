"""Chunks: one batch's records of one bucket, immutable once stored."""

import hashlib
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from shared.domain.packing import Cell, Ints, compress, serialise, unpack
from shared.domain.record.batch import Batch
from shared.domain.rollup.measures import Kind
from shared.domain.timeline import BUCKET_M, MINUTE_US

BUCKET_US = BUCKET_M * MINUTE_US
_GROUP, _PAGE, _FEW_RECORDS = 100, 1_000, 10_000


@dataclass(frozen=True, slots=True)
class Chunk:
    """What is inserted.

    Attributes:
        kind: of the records.
        bucket: first minute of the 5 that hold every record.
        batch_id: of the batch it came in.
        part: 0, 1, ... where one entity cannot hold all.
        block: the packed columns.
        sha256: digest of the columns before compression, hexadecimal.
        count: records.
        first_us: the earliest time in it, microseconds since the epoch.
        last_us: the latest.
        with_ids: whether any record has a request_id.
        received_us: the clock that its times were accepted by.
    """

    kind: Kind
    bucket: int
    batch_id: str
    part: int
    block: bytes
    sha256: str
    count: int
    first_us: int
    last_us: int
    with_ids: bool
    received_us: int


@dataclass(frozen=True, slots=True)
class ChunkKey:
    """Where a stored chunk is.

    Attributes:
        kind: of the records.
        bucket: first minute of its bucket.
        shard: the partition within the bucket.
        row: its row key.
        with_ids: whether any record has a request_id.
        count: records.
    """

    kind: Kind
    bucket: int
    shard: int
    row: str
    with_ids: bool = False
    count: int = 1


def read_together(keys: Iterable[ChunkKey]) -> list[tuple[ChunkKey, ...]]:
    """Return keys, in order, in groups that are each read at once.

    A group has 100 keys, so that memory is bounded, and up to 1,000, a page of Azure's, as long as
    they hold few records: clients that post single requests leave a chunk each.
    """
    groups: list[list[ChunkKey]] = []
    records = 0
    for key in keys:
        size, records = len(groups[-1]) if groups else _PAGE, records + key.count
        if size == _PAGE or (size >= _GROUP and records > _FEW_RECORDS):
            groups.append([])
            records = key.count
        groups[-1].append(key)
    return [tuple(group) for group in groups]


@dataclass(frozen=True, slots=True)
class StoredChunk:
    """A chunk as stored.

    Attributes:
        key: where it is.
        block: the packed columns.
        received_us: the clock that its times were accepted by; the order of storing.
        first_us: the earliest time in it, microseconds since the epoch.
    """

    key: ChunkKey
    block: bytes
    received_us: int
    first_us: int

    def batch(self) -> Batch:
        """Return its columns."""
        return batch_from(self.block)


def by_bucket(batch: Batch, times: Ints) -> Iterator[tuple[int, Ints]]:
    """Yield each bucket with the index of its rows, in order of time.

    Args:
        batch: columns.
        times: the time of each row, microseconds since the epoch.
    """
    buckets = times // BUCKET_US
    first, last = int(buckets.min()), int(buckets.max())
    if first == last:
        yield first * BUCKET_M, np.arange(batch.size)
        return
    for bucket in np.unique(buckets).tolist():
        yield bucket * BUCKET_M, np.flatnonzero(buckets == bucket)


def make_chunks(
    kind: Kind,
    bucket: int,
    batch_id: str,
    batch: Batch,
    times: Ints,
    *,
    received_us: int,
    limit_bytes: int,
) -> list[Chunk]:
    """Return a bucket's records as chunks, each within limit_bytes once packed."""
    pieces = [(batch, times)]
    chunks: list[Chunk] = []
    while pieces:
        piece, at = pieces.pop(0)
        columns = piece.compacted().columns
        plain = serialise(columns)
        block = compress(plain)
        if len(block) > limit_bytes and piece.size > 1:
            half = piece.size // 2
            index = np.arange(piece.size)
            pieces[:0] = [
                (piece.rows(index[:half]), at[:half]),
                (piece.rows(index[half:]), at[half:]),
            ]
            continue
        chunks.append(
            Chunk(
                kind,
                bucket,
                batch_id,
                len(chunks),
                block,
                hashlib.sha256(plain).hexdigest(),
                piece.size,
                int(at.min()),
                int(at.max()),
                "request_id" in columns,
                received_us,
            )
        )
    return chunks


def lone_chunk(
    kind: Kind,
    batch_id: str,
    columns: Mapping[str, Cell],
    time_us: int,
    *,
    received_us: int,
) -> Chunk:
    """Return the chunk of a batch of one row: what `make_chunks` gives, from cells."""
    plain = serialise(columns)
    return Chunk(
        kind,
        time_us // BUCKET_US * BUCKET_M,
        batch_id,
        0,
        compress(plain),
        hashlib.sha256(plain).hexdigest(),
        1,
        time_us,
        time_us,
        "request_id" in columns,
        received_us,
    )


def batch_from(block: bytes, only: Container[str] | None = None) -> Batch:
    """Return the columns of a packed block, all of them or those named."""
    columns = unpack(block, only)
    return Batch(len(next(v for v in columns.values() if isinstance(v, np.ndarray))), columns)
