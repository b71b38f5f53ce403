"""Once a minute: sessions that a crash left half stored, and those that nobody completed in time.

The hours before the cursor `sessions_swept_through` have no open session. It trails the clock by
two hours, because ids are dated by the clocks of several instances.
"""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import batched

import msgspec

from shared.domain.label import Labels
from shared.domain.record.session import ABANDONED_AFTER, abandoned
from shared.domain.timeline import DAY_M, HOUR_M, floor_to, minute_of
from shared.errors import Conflict, InvalidInput, Stale
from shared.services.ingest import IngestPorts
from shared.services.ports import Cursor, Cursors
from shared.services.session_ports import OpenSession, Sessions
from shared.services.sessions import store_session

SWEPT_THROUGH = "sessions_swept_through"

_TRAIL_M = 2 * HOUR_M
# Where the first run begins.
_LOOK_BACK_M = 7 * DAY_M
# A completion stores and closes its session itself within this time, or it crashed.
_CRASHED_AFTER = timedelta(minutes=1)
_MOST = 1_000
_TOGETHER = 32


class Fate(StrEnum):
    """What became of a session that was due."""

    STORED = "stored"
    ABANDONED = "abandoned"
    REFUSED = "refused"
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class Sweep:
    """What a run did.

    Attributes:
        fates: fate -> how many of the sessions due; the refused are closed without a record, those
            left are somebody else's or wait for the next run.
        in_progress: labels -> how many sessions have no outcome yet.
    """

    fates: Mapping[Fate, int]
    in_progress: Mapping[Labels, int]


async def sweep_sessions(
    now: datetime, *, sessions: Sessions, cursors: Cursors, ports: IngestPorts
) -> Sweep:
    """Store what is ended and end what is overdue, at most 1,000 sessions a run, oldest first.

    Args:
        now: the clock, UTC.
        sessions: which are open.
        cursors: how far everything is closed.
        ports: where records go.
    """
    minute = minute_of(now)
    cursor = await cursors.read(SWEPT_THROUGH)
    first = cursor.minute if cursor else floor_to(minute - _LOOK_BACK_M, HOUR_M)
    found = await sessions.open_sessions(first, minute + HOUR_M)
    due = [each for each in found if _is_due(each, now)]
    fates = {each.session_id: Fate.LEFT for each in due}
    for group in batched(due[:_MOST], _TOGETHER, strict=False):
        settled = await asyncio.gather(*(_settle(each, now, sessions, ports) for each in group))
        fates |= zip((each.session_id for each in group), settled, strict=True)
    still = [each for each in found if fates.get(each.session_id, Fate.LEFT) is Fate.LEFT]
    await _advance(cursors, cursor, floor_to(minute - _TRAIL_M, HOUR_M), still)
    in_progress = Counter(each.labels for each in still if each.ended_at is None)
    return Sweep(Counter(fates.values()), in_progress)


def _is_due(session: OpenSession, now: datetime) -> bool:
    if session.ended_at is None:
        return now - session.started_at >= ABANDONED_AFTER
    return now - session.ended_at >= _CRASHED_AFTER


async def _settle(due: OpenSession, now: datetime, sessions: Sessions, ports: IngestPorts) -> Fate:
    read = await sessions.get(due.session_id)
    if read is None:
        await sessions.close(due.session_id)
        return Fate.REFUSED
    session, fate = read.session, Fate.STORED
    if session.outcome is None:
        fate = Fate.ABANDONED
        session = msgspec.structs.replace(session, outcome=abandoned(session, now))
        try:
            await sessions.end(read, session)
        except Stale:
            return Fate.LEFT
    try:
        await store_session(session, ports=ports)
    except (Conflict, InvalidInput):
        fate = Fate.REFUSED
    await sessions.close(session.session_id)
    return fate


async def _advance(
    cursors: Cursors, cursor: Cursor | None, reach: int, still: Sequence[OpenSession]
) -> None:
    """Move the cursor to the first hour that may have an open session."""
    hours = [floor_to(minute_of(each.started_at), HOUR_M) for each in still]
    minute = min([reach, *hours])
    if cursor is not None and cursor.minute >= minute:
        return
    try:
        await cursors.write(SWEPT_THROUGH, Cursor(minute, {}, cursor.etag if cursor else None))
    except Stale:
        # Another run has moved it.
        return
