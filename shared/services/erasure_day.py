"""Erasing an application from one day: raw records, rollups of every length, digest, catalogue.

While a day has raw records, what was summed of them is computed again without the application,
which is exact. Later there are only rollups, which lose the application's series, and the digest.
"""

from collections.abc import Callable

from shared.domain.erasure.erasure import Erasure
from shared.domain.erasure.matching import is_of, may_hold
from shared.domain.rollup.measures import Kind
from shared.domain.rollup.rollup import Rollup
from shared.domain.rollup.stored_rollup import Grain
from shared.domain.timeline import BUCKET_M, DAY_M, day_key, floor_to, micros, minute_of
from shared.errors import Stale
from shared.services.coarser import refresh_coarser
from shared.services.erasure_bucket import erase_bucket
from shared.services.erasure_ports import ErasurePorts
from shared.services.erasure_sums import DayErased, erase_digest, erase_sums
from shared.services.rollup import ROLLED_THROUGH
from shared.services.storing import AHEAD

_WANTED = {Kind.REQUEST: {"n", "duplicates"}, Kind.METRIC: {"n"}}


async def erase_day(
    day: int, erasure: Erasure, ports: ErasurePorts, in_time: Callable[[], bool]
) -> DayErased:
    """Erase an application from a day, as far as time allows.

    Args:
        day: the minute it begins.
        erasure: whose data, and what ended before when.
        ports: what it works on.
        in_time: whether there is time for another bucket.

    Raises:
        Stale: others kept changing the same rows, or the day's raw records were dropped meanwhile.
    """
    done = DayErased()
    raw = day_key(day) in await ports.refresh.chunks.days()
    for kind in Kind:
        if raw:
            await _erase_raw(kind, day, erasure, ports, in_time, done)
        else:
            await erase_sums(kind, day, erasure.application, ports, done)
        if not done.complete:
            return done
        await ports.refresh.catalogue.forget(
            kind, day, lambda labels: is_of(labels, erasure.application)
        )
    raw_days = await ports.refresh.chunks.days()
    if raw and day_key(day) not in raw_days:
        raise Stale(f"the raw records of {day_key(day)} were dropped meanwhile")
    is_last = day_key(day + DAY_M) not in raw_days
    await erase_digest(day, erasure.application, ports, done, is_last=is_last)
    return done


async def _erase_raw(
    kind: Kind,
    day: int,
    erasure: Erasure,
    ports: ErasurePorts,
    in_time: Callable[[], bool],
    done: DayErased,
) -> None:
    rollups = ports.refresh.rollups
    end = min(day + DAY_M, minute_of(erasure.requested_at + AHEAD) + 1)
    stored = await rollups.read_range(kind, Grain.BUCKET, day, end, only=_WANTED[kind])
    for bucket in await _to_look_at(kind, day, end, stored, erasure.application, ports):
        if not in_time():
            done.complete = False
            break
        found = await erase_bucket(
            kind, bucket, erasure.application, micros(erasure.requested_at), ports
        )
        done.erased = done.erased.plus(found)
    # Of all buckets: an earlier run may have broken off before it came to the hours.
    await refresh_coarser(kind, range(day, end, BUCKET_M), rollups)


async def _to_look_at(
    kind: Kind,
    day: int,
    end: int,
    stored: dict[int, Rollup],
    application: str,
    ports: ErasurePorts,
) -> list[int]:
    """Return the buckets whose rollups may have something of an application, or are behind."""
    rolled = await ports.cursors.read(ROLLED_THROUGH)
    behind = {mark.bucket for mark in await ports.dirty.list() if mark.kind is kind}
    live = floor_to(rolled.minute, BUCKET_M) if rolled else day
    return [
        bucket
        for bucket in range(day, end, BUCKET_M)
        if bucket >= live
        or bucket in behind
        or (bucket in stored and may_hold(stored[bucket], application))
    ]
