"""Daily digests: made by a timer once an hour, looked at over HTTP."""

import logging
import time
from datetime import UTC, datetime

import azure.functions as func

from shared.bootstrap import app
from shared.domain.digest.view import DigestView
from shared.errors import Stale
from shared.services.digest_reading import view_digest
from shared.services.digests import Budget, day_of, make_digests
from shared.triggers.call import Call
from shared.triggers.endpoint import endpoint
from shared.triggers.failure import telling_failure
from shared.triggers.metering import metered
from shared.triggers.noting import noting
from shared.triggers.responses import Answer

logger = logging.getLogger(__name__)
blueprint = func.Blueprint()

# The host stops a timer function after ten minutes; the hour under way is finished past this.
_BUDGET_S = 300.0
_VIEW_BUDGET_S = 30.0


@blueprint.timer_trigger(schedule="0 20 * * * *", arg_name="timer", run_on_startup=False)
@telling_failure
@noting
@metered
async def build_digests(timer: func.TimerRequest) -> None:
    """Make the digests of days that have none, or got late data."""
    del timer
    budget = Budget(time.monotonic, time.monotonic() + _BUDGET_S)
    try:
        done = await make_digests(now=datetime.now(UTC), ports=app().digests, budget=budget)
    except Stale as error:
        logger.info("digests left to another run: %s", error)
        return
    if done:
        told = " ".join(f"{day}={outcome}" for day, outcome in done.items())
        logger.info("digests: %s", told)


@endpoint(
    blueprint,
    "GET",
    "v1/digests/{day}",
    summary="A day in headline numbers: load, would-be cache hits, limits, retries, users, scores.",
    answer=DigestView,
)
async def get_digest(call: Call) -> Answer:
    """Show a day."""
    day = day_of(call.segment("day"))
    budget = Budget(time.monotonic, time.monotonic() + _VIEW_BUDGET_S)
    return Answer(await view_digest(day, now=call.now, ports=app().digests, budget=budget))
