"""When timers that run once an hour or a day last came to their end.

Timers that run each minute have a cursor that says how far they are; these have their work to show
for it, which may be none. So each leaves a note after a run that did not fail.
"""

from collections.abc import Mapping
from datetime import datetime

from shared.domain.timeline import DAY_M, HOUR_M, minute_of
from shared.errors import Stale
from shared.services.ports import Cursor, Cursors

ALLOWED_M: Mapping[str, int] = {
    "compute_baselines": 2 * HOUR_M + 10,
    "watch_spend": 2 * HOUR_M + 10,
    "build_digests": 2 * HOUR_M + 10,
    "plan_costs": DAY_M + 2 * HOUR_M,
    "retention": DAY_M + 2 * HOUR_M,
}
"""Timer -> minutes since its last run that are no worry; an hourly one may miss one."""


async def note_run(timer: str, *, now: datetime, cursors: Cursors) -> None:
    """Note that a timer came to its end.

    Args:
        timer: the name of its function.
        now: the clock, UTC.
        cursors: where that is kept.
    """
    before = await cursors.read(_cursor(timer))
    minute = minute_of(now)
    if before is not None and before.minute >= minute:
        return
    try:
        await cursors.write(_cursor(timer), Cursor(minute, {}, before.etag if before else None))
    except Stale:
        # Another run noted the same.
        return


async def last_run(timer: str, cursors: Cursors) -> int | None:
    """Return the minute in which a timer last came to its end; None where it never did."""
    found = await cursors.read(_cursor(timer))
    return found.minute if found else None


def _cursor(timer: str) -> str:
    return f"ran|{timer}"
