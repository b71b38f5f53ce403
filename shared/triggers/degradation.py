"""The HTTP function about degradation, and the hourly check that follows the baselines."""

import logging
from datetime import datetime

import azure.functions as func

from shared.bootstrap import App, app
from shared.domain.degradation.degradation import Gates
from shared.domain.degradation.view import DegradationView
from shared.domain.span import span_of
from shared.services.degradation import DegradationPorts, get_degradation
from shared.services.degradation_check import CheckPorts
from shared.services.degradation_check import check_degradation as check
from shared.triggers.call import Call
from shared.triggers.endpoint import endpoint
from shared.triggers.query import SPAN
from shared.triggers.responses import Answer

logger = logging.getLogger(__name__)
blueprint = func.Blueprint()

_LONGEST_S = 30 * 86_400


@endpoint(
    blueprint,
    "GET",
    "v1/models/{model}/degradation",
    summary="Whether a model does worse than normal, in what, since when and why.",
    answer=DegradationView,
    query={
        **SPAN,
        "deployment": "exact name; all of the model's unless given",
        "deep": "true: look at prompt versions, which only raw requests tell",
    },
)
async def get_model_degradation(call: Call) -> Answer:
    """Judge a model by its baseline."""
    parts = app()
    return Answer(
        await get_degradation(
            call.model(),
            call.query.get("deployment", ""),
            span_of(call.query, call.now, longest_s=_LONGEST_S),
            deep=call.flag("deep"),
            ports=DegradationPorts(parts.reading, parts.chunks, parts.documents, _gates(parts)),
        )
    )


async def check_degradation(now: datetime) -> None:
    """Judge the last hour of every model; called when baselines are up to date."""
    parts = app()
    ports = CheckPorts(
        parts.reading,
        parts.documents,
        parts.alerts,
        _gates(parts),
        parts.telemetry.enabled,
        parts.settings.environment,
    )
    run = await check(now=now, ports=ports)
    logger.info(
        "checked degradation: judged=%d detected=%d resolved=%d open=%d stale=%d",
        run.judged,
        run.detected,
        run.resolved,
        run.open,
        run.stale,
    )


def _gates(parts: App) -> Gates:
    return Gates(parts.settings.degradation_percent / 100)
