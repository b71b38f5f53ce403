"""The rollup timer: from the cursor to now, then what came late, then hours, days and cursors.

Two cursors: `rolled_through` is where the next run begins; it trails the clock by 15 minutes, so
that whatever was inserted without a marker is met again. `complete_through` is what readers and
alert evaluation rely on: every minute before it had ended `evaluation_delay_s` before a run that
succeeded began.
"""

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.domain.rollup.measures import Kind
from shared.domain.timeline import BUCKET_M, floor_to, instant, minute_of
from shared.errors import Stale
from shared.services.coarser import refresh_coarser
from shared.services.ports import Cursor, Cursors, DirtyBucket, DirtyBuckets
from shared.services.refresh import Counted, RefreshPorts, refresh

ROLLED_THROUGH = "rolled_through"
COMPLETE_THROUGH = "complete_through"
SEALED_THROUGH = "sealed_through"
# A note of `complete_through`: where that stood after the first run there was.
SINCE = "since"
TRAIL_M = 15
AHEAD_M = 5


@dataclass(frozen=True, slots=True)
class RollupRun:
    """What a run did.

    Attributes:
        buckets: how many buckets it visited.
        late: how many of them were marked as changed.
        series: series in the buckets visited.
        complete: False where its time ran out; the next run goes on.
        elapsed_s: how long it took.
        complete_through: every minute before this one is rolled up; None before the first run.
        complete_before: the same as it was when the run began.
        behind_s: how long before the run began the last minute completed until then had ended;
            None before the first run.
    """

    buckets: int
    late: int
    series: int
    complete: bool
    elapsed_s: float
    complete_through: int | None
    complete_before: int | None
    behind_s: float | None


@dataclass(frozen=True, slots=True)
class RollupPorts:
    """What the timer works on."""

    refresh: RefreshPorts
    cursors: Cursors
    dirty: DirtyBuckets
    counted: Counted


async def roll_up(
    *,
    now: datetime,
    ports: RollupPorts,
    evaluation_delay_s: int,
    timer: Callable[[], float],
    budget_s: float,
) -> RollupRun:
    """Bring rollups up to date.

    Args:
        now: when the run began, UTC.
        ports: what it works on.
        evaluation_delay_s: how long after its end a minute counts as complete.
        timer: a monotonic clock, seconds.
        budget_s: how long the run may take; the rest is left to the next one.

    Raises:
        Stale: another run moved the cursor meanwhile; nothing is lost, it did the work.
    """
    began = timer()
    cursor = await ports.cursors.read(ROLLED_THROUGH)
    minute = minute_of(now)
    sealed = await ports.cursors.read(SEALED_THROUGH)
    start = floor_to(cursor.minute if cursor else minute - TRAIL_M, BUCKET_M)
    start = max(start, sealed.minute if sealed else start)
    markers = await ports.dirty.list()
    work = _Work(ports, lambda: timer() - began < budget_s)
    live = range(start, minute + AHEAD_M + 1, BUCKET_M)
    reached = await work.visit_live(live)
    if reached > start or cursor is None:
        await work.coarsen()
        trail = min(floor_to(minute - TRAIL_M, BUCKET_M), reached)
        behind = cursor.minute if cursor else trail
        moved = Cursor(max(trail, behind), {}, cursor.etag if cursor else None)
        await ports.cursors.write(ROLLED_THROUGH, moved)
    done = [m for m in markers if await work.visit_late(m, sealed)]
    await work.coarsen()
    complete = reached > minute
    before, through = await _advance(
        ports.cursors, now, evaluation_delay_s, work, timer() - began, complete=complete
    )
    for marker in done:
        await ports.dirty.clear(marker)
    behind_s = None if before is None else (now - instant(before)).total_seconds()
    complete = complete and len(done) == len(markers)
    return RollupRun(
        work.visited, len(done), work.series, complete, timer() - began, through, before, behind_s
    )


class _Work:
    """The buckets of one run: which were visited, and whose hours are still to follow."""

    def __init__(self, ports: RollupPorts, in_time: Callable[[], bool]) -> None:
        self._ports = ports
        self._in_time = in_time
        self._touched: dict[Kind, set[int]] = {kind: set() for kind in Kind}
        self.visited = 0
        self.series = 0

    async def visit_live(self, buckets: range) -> int:
        """Refresh buckets in order; return the first minute that was not reached."""
        for bucket in buckets:
            if not self._in_time():
                return bucket
            for kind in Kind:
                await self._visit(kind, bucket)
        return buckets.stop if not buckets else buckets[-1] + BUCKET_M

    async def visit_late(self, marker: DirtyBucket, sealed: Cursor | None) -> bool:
        """Refresh a marked bucket; return whether its marker may go."""
        if not self._in_time():
            return False
        if sealed is None or marker.bucket >= sealed.minute:
            await self._visit(marker.kind, marker.bucket)
        return True

    async def coarsen(self) -> None:
        """Bring the hours and days of what was visited up to date."""
        for kind, buckets in self._touched.items():
            await refresh_coarser(kind, buckets, self._ports.refresh.rollups)
            buckets.clear()

    async def _visit(self, kind: Kind, bucket: int) -> None:
        stored = await refresh(kind, bucket, self._ports.refresh, self._ports.counted)
        self.visited += 1
        if stored is not None:
            self._touched[kind].add(bucket)
            self.series = max(self.series, len(stored.rollup.labels))


async def _advance(
    cursors: Cursors,
    now: datetime,
    delay_s: int,
    work: _Work,
    elapsed_s: float,
    *,
    complete: bool,
) -> tuple[int | None, int | None]:
    """Return where the cursor stood, and where it stands."""
    stored = await cursors.read(COMPLETE_THROUGH)
    before = stored.minute if stored else None
    reached = minute_of(now - timedelta(seconds=delay_s))
    if not complete or (before is not None and before >= reached):
        return before, before
    since = stored.notes.get(SINCE, str(reached)) if stored else str(reached)
    notes = {"rollup_s": f"{elapsed_s:.3f}", "series": str(work.series), SINCE: since}
    cursor = Cursor(reached, notes, stored.etag if stored else None)
    try:
        await cursors.write(COMPLETE_THROUGH, cursor)
    except Stale:
        newer = await cursors.read(COMPLETE_THROUGH)
        return before, newer.minute if newer else None
    return before, reached


class RollupStart:
    """Sets the rollup's cursor before the first record is stored: the first run meets it."""

    def __init__(self, cursors: Cursors) -> None:
        """Nothing is known yet."""
        self._cursors = cursors
        self._known = False

    async def ensure(self, now: datetime) -> None:
        """Set the cursor unless it is set; asks storage once per process."""
        if self._known:
            return
        if await self._cursors.read(ROLLED_THROUGH) is None:
            start = floor_to(minute_of(now) - TRAIL_M, BUCKET_M)
            with contextlib.suppress(Stale):
                await self._cursors.write(ROLLED_THROUGH, Cursor(start))
        self._known = True
