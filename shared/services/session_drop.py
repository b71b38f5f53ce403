"""Forgetting sessions two days after their start, when no retry can come any more."""

from datetime import datetime

from shared.domain.timeline import DAY_M, HOUR_M, floor_to, minute_of
from shared.errors import Stale
from shared.services.ports import Cursor, Cursors
from shared.services.session_ports import Sessions
from shared.services.session_sweep import SWEPT_THROUGH

DROPPED_THROUGH = "sessions_dropped_through"
KEEP_DAYS = 2

_LOOK_BACK_M = 7 * DAY_M


async def drop_sessions(before: datetime, *, sessions: Sessions, cursors: Cursors) -> int:
    """Forget the sessions started before an hour; return how many rows that were.

    An hour that is not swept yet stays: its open sessions still have a record to store.

    Args:
        before: the clock less the days that sessions are kept; floors to an hour.
        sessions: what to drop from.
        cursors: how far they are swept, and dropped.
    """
    swept = await cursors.read(SWEPT_THROUGH)
    if swept is None:
        return 0
    end = min(floor_to(minute_of(before), HOUR_M), swept.minute)
    done = await cursors.read(DROPPED_THROUGH)
    first = done.minute if done else end - _LOOK_BACK_M
    if first >= end:
        return 0
    dropped = await sessions.drop(first, end)
    try:
        await cursors.write(DROPPED_THROUGH, Cursor(end, {}, done.etag if done else None))
    except Stale:
        # Another run has dropped the same hours.
        return dropped
    return dropped
