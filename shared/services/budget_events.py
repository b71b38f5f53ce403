"""The daily word on every budget: the cursor `budgets_told` stands at the day told last."""

from datetime import datetime

from shared.domain.budget.status import budget_event
from shared.domain.event import Event
from shared.services.budget_store import load_budgets
from shared.services.budgets import BudgetPorts, statuses_of
from shared.services.daily_word import TellingPorts, tell_daily

BUDGETS_TOLD = "budgets_told"


async def tell_budgets(*, now: datetime, ports: BudgetPorts, telling: TellingPorts) -> int:
    """Put a `budget.status` event of every budget into the outbox, unless that was done today.

    Args:
        now: the clock, UTC.
        ports: the budgets.
        telling: where to.

    Returns:
        How many budgets were told of.
    """

    async def statuses() -> list[Event]:
        budgets = [each for _, each in sorted((await load_budgets(ports.documents)).items())]
        found = await statuses_of(budgets, now=now, ports=ports.costs)
        return [
            budget_event(each, status, now=now, environment=telling.environment)
            for each, status in zip(budgets, found, strict=True)
        ]

    return await tell_daily(BUDGETS_TOLD, statuses, now=now, ports=telling)
