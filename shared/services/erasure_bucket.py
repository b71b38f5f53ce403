"""Erasing an application from the raw records of five minutes, and from what was summed of them.

Raw records go first. Then the bucket's rollup is stored again as one that does not know which
chunks it holds, which makes a rollup run that still has the old records in hand read again; and it
is computed from the chunks that are left. A run that breaks off in between leaves a rollup that
still names the application, so that the next one finds the bucket again.
"""

import asyncio
from dataclasses import replace

from shared.domain.erasure.erasure import Erased
from shared.domain.erasure.matching import kept_rows, names
from shared.domain.record.chunk import read_together
from shared.domain.rollup.measures import MEASURES, Kind
from shared.domain.rollup.rollup import empty
from shared.domain.rollup.stored_rollup import Grain, StoredRollup
from shared.services.erasure_ports import ErasurePorts
from shared.services.refresh import refresh
from shared.services.retrying import until_settled


async def erase_bucket(
    kind: Kind, bucket: int, application: str, before_us: int, ports: ErasurePorts
) -> Erased:
    """Erase an application's records of one bucket.

    Args:
        kind: of the records.
        bucket: its first minute.
        application: whose.
        before_us: what ended at this time or later stays, microseconds since the epoch.
        ports: what it works on.

    Raises:
        Stale: others kept changing the bucket.
    """
    gone = await _erase_records(kind, bucket, application, before_us, ports)
    stored = await ports.refresh.rollups.read(kind, Grain.BUCKET, bucket)
    if not gone and (stored is None or not names(stored.rollup, application)):
        return Erased()
    await _sum_anew(kind, bucket, ports)
    if kind is Kind.REQUEST:
        return Erased(requests=gone, rollups=1)
    return Erased(metric_values=gone, rollups=1)


async def _erase_records(
    kind: Kind, bucket: int, application: str, before_us: int, ports: ErasurePorts
) -> int:
    chunks, gone = ports.refresh.chunks, 0
    for keys in read_together(await chunks.keys(kind, bucket)):
        for chunk in await chunks.fetch(keys):
            kept = await asyncio.to_thread(kept_rows, kind, chunk.block, application, before_us)
            if kept.all():
                continue
            await chunks.rewrite(chunk, chunk.batch().rows(kept) if kept.any() else None)
            gone += int((~kept).sum())
    return gone


async def _sum_anew(kind: Kind, bucket: int, ports: ErasurePorts) -> None:
    rollups, chunks = ports.refresh.rollups, ports.refresh.chunks
    nothing = empty(MEASURES[kind])

    async def attempt() -> None:
        old = await rollups.read(kind, Grain.BUCKET, bucket) or StoredRollup(nothing)
        left = await chunks.keys(kind, bucket)
        unknown = replace(old, seen=None)
        if not left:
            unknown = replace(unknown, rollup=nothing, with_ids=False)
        await rollups.write(kind, Grain.BUCKET, bucket, unknown)
        if left:
            await refresh(kind, bucket, ports.refresh, ports.counted)

    await until_settled(attempt, f"bucket {kind} {bucket}")
