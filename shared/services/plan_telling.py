"""The daily word on what could be saved: the cursor `plans_told` stands at the day told last."""

import asyncio
from datetime import datetime

from shared.domain.event import Event
from shared.domain.plan.event import plan_event
from shared.services.cost_plan import plan_from
from shared.services.daily_word import TellingPorts, tell_daily
from shared.services.plan_period import PlanPorts, read_period

PLANS_TOLD = "plans_told"


async def tell_plans(*, now: datetime, ports: PlanPorts, telling: TellingPorts) -> int:
    """Put a `cost.plan` event of every model and of all into the outbox, unless done today.

    Args:
        now: the clock, UTC.
        ports: what plans are made from.
        telling: where to.

    Returns:
        How many plans were told.
    """

    async def plans() -> list[Event]:
        read = await read_period(now, ports=ports)
        found = [
            await asyncio.to_thread(plan_from, read, model) for model in (*read.models(), None)
        ]
        return [
            plan_event(plan, day=now.date(), now=now, environment=telling.environment)
            for plan in found
        ]

    return await tell_daily(PLANS_TOLD, plans, now=now, ports=telling)
