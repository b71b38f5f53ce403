"""Dropping what is past its time, and making tomorrow's table ahead of it.

A day is sealed before its chunks are dropped: from then on its rollups are never computed again,
which without chunks could only make them poorer.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.domain.rollup.measures import Kind
from shared.domain.rollup.stored_rollup import Grain
from shared.domain.timeline import DAY_M, day_key, floor_to, minute_of
from shared.services.ports import Chunks, Cursor, Cursors, DirtyBuckets, Rollups
from shared.services.rollup import SEALED_THROUGH

# How far before its limit each run looks for leftovers of runs that did not happen.
_LOOK_BACK = {Grain.BUCKET: 40, Grain.HOUR: 62, Grain.DAY: 366}


@dataclass(frozen=True, slots=True)
class RetentionRun:
    """What a run did.

    Attributes:
        sealed_through: days before this minute are final.
        dropped_days: raw days dropped, yyyyMMdd.
        dropped_rollups: rollup entities deleted.
    """

    sealed_through: int
    dropped_days: list[str]
    dropped_rollups: int


async def retain(
    *,
    now: datetime,
    chunks: Chunks,
    rollups: Rollups,
    cursors: Cursors,
    dirty: DirtyBuckets,
    keep_days: dict[Grain, int],
) -> RetentionRun:
    """Prepare today's and tomorrow's tables, seal and drop what is past its time.

    Args:
        now: the clock, UTC.
        chunks: raw records, kept as long as bucket rollups.
        rollups: all grains.
        cursors: the seal.
        dirty: a day with a late bucket that is not rolled up yet is not sealed.
        keep_days: grain -> days that its rollups are kept.

    Raises:
        Stale: another run is at it.
    """
    minute = minute_of(now)
    await chunks.prepare_day(minute)
    await chunks.prepare_day(minute_of(now + timedelta(days=1)))
    cut = floor_to(minute - keep_days[Grain.BUCKET] * DAY_M, DAY_M)
    waiting = [marker.bucket for marker in await dirty.list()]
    cut = min([cut, *(floor_to(bucket, DAY_M) for bucket in waiting)])
    stored = await cursors.read(SEALED_THROUGH)
    sealed = max(cut, stored.minute if stored else cut)
    if stored is None or stored.minute < sealed:
        await cursors.write(SEALED_THROUGH, Cursor(sealed, {}, stored.etag if stored else None))
    old = [day for day in await chunks.days() if day < day_key(sealed)]
    for day in old:
        await chunks.drop_day(day)
    dropped = 0
    for grain, days in keep_days.items():
        end = min(floor_to(minute - days * DAY_M, DAY_M), sealed)
        for kind in Kind:
            dropped += await rollups.drop(kind, grain, end - _LOOK_BACK[grain] * DAY_M, end)
    return RetentionRun(sealed, old, dropped)
