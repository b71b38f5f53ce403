"""The daily word on every budget: the cursor `budgets_told` stands at the day told last.

The events go into the outbox before the cursor moves: a crash between the two, or two runs at the
same time, tell the same events under the same ids.
"""

from datetime import datetime

from shared.domain.budget.status import budget_event
from shared.domain.timeline import day_start
from shared.errors import Stale
from shared.services.alert_ports import Alerts
from shared.services.budget_store import load_budgets
from shared.services.budgets import BudgetPorts, statuses_of
from shared.services.ports import Cursor, Cursors

BUDGETS_TOLD = "budgets_told"


async def tell_budgets(
    *,
    now: datetime,
    ports: BudgetPorts,
    cursors: Cursors,
    alerts: Alerts,
    connected: bool,
    environment: str,
) -> int:
    """Put a `budget.status` event of every budget into the outbox, unless that was done today.

    Args:
        now: the clock, UTC.
        ports: the budgets.
        cursors: which day was told.
        alerts: has the outbox.
        connected: whether events lead anywhere; where not, none are put into the outbox.
        environment: where the monitor runs.

    Returns:
        How many budgets were told of.
    """
    day = day_start(now.date())
    cursor = await cursors.read(BUDGETS_TOLD)
    if not connected or (cursor is not None and cursor.minute >= day):
        return 0
    budgets = [each for _, each in sorted((await load_budgets(ports.documents)).items())]
    statuses = await statuses_of(budgets, now=now, ports=ports.costs)
    events = [
        budget_event(each, status, now=now, environment=environment)
        for each, status in zip(budgets, statuses, strict=True)
    ]
    await alerts.add_events(events)
    try:
        await cursors.write(BUDGETS_TOLD, Cursor(day, {}, cursor.etag if cursor else None))
    except Stale:
        return 0
    return len(events)
