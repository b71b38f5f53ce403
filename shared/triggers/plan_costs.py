"""The daily timer about cost: how budgets stand, what was unusual, what there is to be saved."""

import logging
from datetime import UTC, datetime

import azure.functions as func

from shared.bootstrap import app
from shared.services.budget_events import tell_budgets
from shared.services.daily_word import TellingPorts
from shared.services.plan_telling import tell_plans
from shared.triggers.budgets import budget_ports
from shared.triggers.cost_anomalies import watch_spend_of_days
from shared.triggers.cost_plan import plan_ports
from shared.triggers.failure import telling_failure
from shared.triggers.metering import metered
from shared.triggers.noting import noting

logger = logging.getLogger(__name__)
blueprint = func.Blueprint()


# After midnight UTC, when the day is rolled up and its digests are built.
@blueprint.timer_trigger(schedule="0 30 1 * * *", arg_name="timer", run_on_startup=False)
@telling_failure
@noting
@metered
async def plan_costs(timer: func.TimerRequest) -> None:
    """Run the day's steps; each is safe to run twice, late, or at the same time elsewhere."""
    del timer
    now = datetime.now(UTC)
    await tell_budgets_of_day(now)
    await watch_spend_of_days(now)
    await tell_plans_of_day(now)


async def tell_budgets_of_day(now: datetime) -> None:
    """Tell how every budget stands, once a day."""
    told = await tell_budgets(now=now, ports=budget_ports(app()), telling=_telling())
    logger.info("told budgets: count=%d", told)


async def tell_plans_of_day(now: datetime) -> None:
    """Tell what could be saved on each model and on all, once a day."""
    told = await tell_plans(now=now, ports=plan_ports(), telling=_telling())
    logger.info("told cost plans: count=%d", told)


def _telling() -> TellingPorts:
    parts = app()
    return TellingPorts(
        parts.cursors, parts.alerts, parts.telemetry.enabled, parts.settings.environment
    )
