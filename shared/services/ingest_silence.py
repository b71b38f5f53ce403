"""Remembering since when nothing has arrived, longer than a frame looks back."""

from collections.abc import Awaitable, Callable

from shared.domain.metric.frame import Frame
from shared.services.frames import NOT_SILENT, SILENCE
from shared.services.ports import Cursor, Cursors

# A longer standstill of the timer than this is not made up for.
LONGEST_M = 1440


async def record_silence(
    through: int,
    *,
    before: int | None,
    load_frame: Callable[[int, int], Awaitable[Frame]],
    cursors: Cursors,
) -> int | None:
    """Store since which minute nothing has arrived, after an hour with traffic.

    Args:
        through: every minute before this one is complete.
        before: the same as of the run before; what was silent since is looked for from there on,
            up to a day, so that a timer that stood still misses nothing. None: there was no run.
        load_frame: minutes [first, end) -> frame.
        cursors: where it is kept.

    Returns:
        That minute; None while records arrive, or where there never was an hour with traffic.
    """
    first = min(through, max(before or through, through - LONGEST_M))
    frame = await load_frame(first, through)
    since = frame.silent_since(through)
    wanted = NOT_SILENT if since is None else since
    stored = await cursors.read(SILENCE)
    if (stored.minute if stored else NOT_SILENT) != wanted:
        await cursors.write(SILENCE, Cursor(wanted, {}, stored.etag if stored else None))
    return since
