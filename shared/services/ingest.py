"""Taking in batches of model requests and metrics."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import msgspec
import numpy as np

from shared.domain.packing import Ints
from shared.domain.record.batch import Batch
from shared.domain.record.checks import RowFault, request_faults, time_faults
from shared.domain.record.columns import columns_of, end_us
from shared.domain.record.decoding import Decoded, Rejection
from shared.domain.record.lean_decoding import LeanDecoder
from shared.domain.record.lone_request import LoneRequest, lone_request
from shared.domain.record.request import RequestRecord
from shared.domain.rollup.measures import Kind
from shared.domain.timeline import micros
from shared.errors import Fault, InvalidInput
from shared.services.ports import Chunks, DirtyBuckets, Secrets
from shared.services.rollup import RollupStart
from shared.services.storing import AHEAD, Clock, Stored, store_batch, store_lone

REQUESTS = LeanDecoder("requests", RequestRecord)
# Decoding costs some 10 ms a MiB: larger bodies leave the event loop to others.
_IN_LOOP_BYTES = 512 << 10


class IngestAnswer(msgspec.Struct, frozen=True, omit_defaults=False):
    """What the client is told: everything accepted is stored."""

    batch_id: str
    accepted: int
    rejected: list[dict[str, Any]]
    duplicate: bool
    unknown_fields: dict[str, int] = {}


@dataclass(frozen=True, slots=True)
class IngestPorts:
    """What taking in a batch needs.

    Attributes:
        chunks: where records go.
        dirty: where late buckets are marked.
        start: sets the rollup's position before the first record is stored.
        secrets: the key of digests.
        retention: how far back records are accepted.
        clock: the time, UTC.
    """

    chunks: Chunks
    dirty: DirtyBuckets
    start: RollupStart
    secrets: Secrets
    retention: timedelta
    clock: Clock


@dataclass(frozen=True, slots=True)
class Columns:
    """Decoded records as columns, with what is wrong with some of them.

    Attributes:
        batch: one row per record, or several for a metric with values.
        times: the time that decides each row's minute.
        record_of: the record of each row.
        faults: by record.
    """

    batch: Batch
    times: Ints
    record_of: Ints
    faults: list[RowFault] = field(default_factory=list)


async def ingest_requests(body: bytes, *, strict: bool, ports: IngestPorts) -> IngestAnswer:
    """Store the model requests of a JSON body; see the HTTP contract.

    Raises:
        InvalidInput: malformed, or nothing in it is valid.
        Conflict: its batch_id was used before with other content.
    """
    key = await ports.secrets.hash_key()
    received = ports.clock()

    def read() -> tuple[Decoded[RequestRecord], Columns | LoneRequest | None]:
        decoded = REQUESTS.decode(body, strict=strict)
        lone = _lone(decoded, key, received, ports.retention)
        return decoded, lone or request_columns(decoded.items, key, received, ports.retention)

    decoded, read_as = await near(read, len(body))
    if not isinstance(read_as, LoneRequest):
        return await store_decoded(Kind.REQUEST, "requests", decoded, read_as, received, ports)
    await ports.start.ensure(received)
    stored = await store_lone(
        read_as,
        decoded.batch_id,
        chunks=ports.chunks,
        dirty=ports.dirty,
        received=received,
        clock=ports.clock,
    )
    return _answer(stored, 1, [], decoded)


def _lone(
    decoded: Decoded[RequestRecord], key: bytes, received: datetime, retention: timedelta
) -> LoneRequest | None:
    if decoded.total != 1 or len(decoded.items) != 1:
        return None
    return lone_request(decoded.items[0], key, **accepted_bounds(received, retention))


def request_columns(
    items: Sequence[RequestRecord], key: bytes, received: datetime, retention: timedelta
) -> Columns | None:
    """Return checked request columns; None without items."""
    if not items:
        return None
    batch = columns_of(items, key)
    times = end_us(batch)
    faults = request_faults(items, batch)
    faults += time_faults(times, "start_time", **accepted_bounds(received, retention))
    return Columns(batch, times, np.arange(batch.size), faults)


async def store_decoded(
    kind: Kind,
    noun: str,
    decoded: Decoded[Any],
    columns: Columns | None,
    received: datetime,
    ports: IngestPorts,
) -> IngestAnswer:
    """Store what is acceptable of a decoded batch and say what became of each item.

    Args:
        kind: of the records.
        noun: what the body calls its items.
        decoded: the batch.
        columns: its records as columns; None where no item decoded.
        received: the clock that times were accepted by.
        ports: where records go.

    Raises:
        InvalidInput: nothing in it is valid.
        Conflict: its batch_id was used before with other content.
    """
    rejected = list(decoded.rejected)
    good = None
    if columns is not None:
        rejected += _rejections(noun, decoded, columns.faults)
        good = _without_faults(columns)
    if good is None or good.batch.size == 0:
        raise _nothing_valid(noun, rejected)
    await ports.start.ensure(received)
    stored = await store_batch(
        kind,
        good.batch,
        good.times,
        decoded.batch_id,
        chunks=ports.chunks,
        dirty=ports.dirty,
        received=received,
        clock=ports.clock,
    )
    rejected += _rejections(noun, decoded, _surplus_faults(good.record_of, stored))
    return _answer(stored, decoded.total - len(rejected), rejected, decoded)


def _without_faults(columns: Columns) -> Columns:
    if not columns.faults:
        return columns
    bad = np.array(sorted({fault.row for fault in columns.faults}), np.int64)
    kept = np.flatnonzero(~np.isin(columns.record_of, bad))
    return Columns(columns.batch.rows(kept), columns.times[kept], columns.record_of[kept])


def _answer(
    stored: Stored, accepted: int, rejected: list[Rejection], decoded: Decoded[Any]
) -> IngestAnswer:
    listed = sorted(rejected, key=lambda rejection: rejection.index)
    return IngestAnswer(
        stored.batch_id,
        accepted,
        [_told(each) for each in listed],
        stored.duplicate,
        decoded.unknown_fields,
    )


def _told(rejection: Rejection) -> dict[str, Any]:
    told = {"index": rejection.index, "path": rejection.path, "reason": rejection.reason}
    return told | {"detail": rejection.detail} if rejection.detail else told


def _surplus_faults(owners: Ints, stored: Stored) -> list[RowFault]:
    if len(stored.surplus) == 0:
        return []
    reason = "an earlier try of this batch_id refused it; send it under a new batch_id"
    return [
        RowFault(int(owner), "", reason) for owner in np.unique(owners[stored.surplus]).tolist()
    ]


def _rejections(noun: str, decoded: Decoded[Any], faults: Sequence[RowFault]) -> list[Rejection]:
    first: dict[int, RowFault] = {}
    for fault in faults:
        first.setdefault(fault.row, fault)
    return [
        Rejection(
            index,
            f"{noun}[{index}]" + (f".{fault.field}" if fault.field else ""),
            fault.reason,
            fault.detail,
        )
        for index, fault in ((decoded.positions[row], fault) for row, fault in first.items())
    ]


def _nothing_valid(noun: str, rejected: Sequence[Rejection]) -> InvalidInput:
    if not rejected:
        return InvalidInput.at(noun, "expected at least one item")
    ordered = sorted(rejected, key=lambda each: each.index)
    faults = [Fault(each.path, each.reason, each.detail) for each in ordered]
    more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
    return InvalidInput(f"nothing valid: {faults[0]}{more}", faults)


def accepted_bounds(received: datetime, retention: timedelta) -> dict[str, int]:
    """Return the oldest and the newest time accepted, microseconds since the epoch."""
    return {
        "oldest_us": micros(received - retention),
        "newest_us": micros(received + AHEAD),
    }


async def near[T](work: Callable[[], T], size_bytes: int) -> T:
    """Run work here, or in a thread where it would hold up the event loop for long."""
    return work() if size_bytes <= _IN_LOOP_BYTES else await asyncio.to_thread(work)
