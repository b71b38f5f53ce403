"""Erasing an application's data: ordered and looked at over HTTP, carried out by a timer."""

import logging
import time
from datetime import UTC, datetime

import azure.functions as func

from shared.bootstrap import app
from shared.domain.erasure.erasure import ErasureBody
from shared.errors import Stale
from shared.services.erasure_run import run_erasures
from shared.services.erasures import (
    ErasureList,
    ErasureView,
    list_erasures,
    order_erasure,
    preview_erasure,
)
from shared.services.erasures import get_erasure as look_up
from shared.triggers.call import PAGE, Call
from shared.triggers.endpoint import endpoint
from shared.triggers.failure import telling_failure
from shared.triggers.metering import metered
from shared.triggers.responses import Answer

logger = logging.getLogger(__name__)
blueprint = func.Blueprint()

# Less than the time between two ticks.
_BUDGET_S = 240.0


@blueprint.timer_trigger(schedule="50 */5 * * * *", arg_name="timer", run_on_startup=False)
@telling_failure
@metered
async def erase_data(timer: func.TimerRequest) -> None:
    """Carry out what was ordered to be erased, or go on with it."""
    del timer
    until = time.monotonic() + _BUDGET_S
    try:
        run = await run_erasures(
            now=datetime.now(UTC), ports=app().erasure, in_time=lambda: time.monotonic() < until
        )
    except Stale as error:
        logger.info("erasures left to the next run: %s", error)
        return
    if run.finished or run.left:
        erased = run.erased
        logger.info(
            "erasures: finished=%d left=%d requests=%d metric_values=%d rollups=%d digests=%d",
            run.finished,
            run.left,
            erased.requests,
            erased.metric_values,
            erased.rollups,
            erased.digests,
        )


@endpoint(
    blueprint,
    "GET",
    "v1/erasures",
    summary="Erasures of applications' data, the latest first.",
    answer=ErasureList,
    query=PAGE,
)
async def get_erasures(call: Call) -> Answer:
    """List erasures."""
    found = await list_erasures(
        limit=call.limit(), after=call.query.get("next"), documents=app().documents
    )
    return Answer(found)


@endpoint(
    blueprint,
    "POST",
    "v1/erasures",
    summary="Delete all data of an application that ended before now.",
    request=ErasureBody,
    answer=ErasureView,
    query={"dry_run": "`true` answers what there is to delete, and deletes nothing"},
    status=202,
)
async def post_erasure(call: Call) -> Answer:
    """Order an erasure, or look at what it would delete."""
    if call.flag("dry_run"):
        return Answer(await preview_erasure(call.body(), now=call.now, ports=app().erasure))
    return Answer(await order_erasure(call.body(), now=call.now, documents=app().documents), 202)


@endpoint(
    blueprint,
    "GET",
    "v1/erasures/{id}",
    summary="How far an erasure is, what it deleted, and who still names the application.",
    answer=ErasureView,
)
async def get_erasure(call: Call) -> Answer:
    """Return one erasure."""
    return Answer(await look_up(call.segment("id"), documents=app().documents))
