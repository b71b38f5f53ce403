"""A word that is told once a UTC day: a cursor stands at the day told last.

The events go into the outbox before the cursor moves: a crash between the two, or two runs at the
same time, tell the same events under the same ids.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from shared.domain.event import Event
from shared.domain.timeline import day_start
from shared.errors import Stale
from shared.services.alert_ports import Alerts
from shared.services.ports import Cursor, Cursors


@dataclass(frozen=True, slots=True)
class TellingPorts:
    """What telling needs.

    Attributes:
        cursors: which day was told.
        alerts: has the outbox.
        connected: whether events lead anywhere; where not, none are put into the outbox.
        environment: where the monitor runs.
    """

    cursors: Cursors
    alerts: Alerts
    connected: bool
    environment: str


async def tell_daily(
    name: str,
    events_of_day: Callable[[], Awaitable[Sequence[Event]]],
    *,
    now: datetime,
    ports: TellingPorts,
) -> int:
    """Put a day's events into the outbox, unless that was done today.

    Args:
        name: of the cursor.
        events_of_day: makes them, each with an id of its day.
        now: the clock, UTC.
        ports: where to.

    Returns:
        How many events were told.
    """
    day = day_start(now.date())
    cursor = await ports.cursors.read(name)
    if not ports.connected or (cursor is not None and cursor.minute >= day):
        return 0
    events = await events_of_day()
    await ports.alerts.add_events(events)
    try:
        await ports.cursors.write(name, Cursor(day, {}, cursor.etag if cursor else None))
    except Stale:
        return 0
    return len(events)
