"""The daily word on what could be saved: the cursor `plans_told` stands at the day told last.

The events go into the outbox before the cursor moves: a crash between the two, or two runs at the
same time, tell the same events under the same ids.
"""

import asyncio
from datetime import datetime

from shared.domain.plan.event import plan_event
from shared.domain.timeline import DAY_M, floor_to, minute_of
from shared.errors import Stale
from shared.services.alert_ports import Alerts
from shared.services.cost_plan import plan_from
from shared.services.plan_period import PlanPorts, read_period
from shared.services.ports import Cursor, Cursors

PLANS_TOLD = "plans_told"


async def tell_plans(
    *,
    now: datetime,
    ports: PlanPorts,
    cursors: Cursors,
    alerts: Alerts,
    connected: bool,
    environment: str,
) -> int:
    """Put a `cost.plan` event of every model and of all into the outbox, unless done today.

    Args:
        now: the clock, UTC.
        ports: what plans are made from.
        cursors: which day was told.
        alerts: has the outbox.
        connected: whether events lead anywhere; where not, none are put into the outbox.
        environment: where the monitor runs.

    Returns:
        How many plans were told.
    """
    day = floor_to(minute_of(now), DAY_M)
    cursor = await cursors.read(PLANS_TOLD)
    if not connected or (cursor is not None and cursor.minute >= day):
        return 0
    read = await read_period(now, ports=ports)
    plans = [await asyncio.to_thread(plan_from, read, model) for model in (*read.models(), None)]
    events = [plan_event(plan, day=now.date(), now=now, environment=environment) for plan in plans]
    await alerts.add_events(events)
    try:
        await cursors.write(PLANS_TOLD, Cursor(day, {}, cursor.etag if cursor else None))
    except Stale:
        return 0
    return len(events)
