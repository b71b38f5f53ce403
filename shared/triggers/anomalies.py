"""The timer that scores anomalies, and the HTTP functions about them."""

import logging
import time

import azure.functions as func

from shared.bootstrap import app
from shared.domain.anomaly.view import AnomalyList, ModelAnomalies
from shared.domain.span import span_of
from shared.domain.timeline import rfc3339_minute
from shared.services.anomalies import ScoringPorts
from shared.services.anomalies import score_anomalies as score
from shared.services.anomaly_showing import list_episodes, model_anomalies
from shared.triggers.call import Call
from shared.triggers.endpoint import endpoint
from shared.triggers.failure import telling_failure
from shared.triggers.query import SPAN
from shared.triggers.responses import Answer

logger = logging.getLogger(__name__)
blueprint = func.Blueprint()

_BUDGET_S = 25.0
_LONGEST_S = 8 * 86_400


# After the rollup, which begins at second 0, and before alert evaluation at second 35.
@blueprint.timer_trigger(schedule="20 * * * * *", arg_name="timer", run_on_startup=False)
@telling_failure
async def score_anomalies(timer: func.TimerRequest) -> None:
    """Score every series' steps that are complete by now."""
    del timer
    parts = app()
    ports = ScoringPorts(parts.rollups, parts.anomalies, parts.cursors, parts.load_pricing)
    run = await score(ports=ports, timer=time.monotonic, budget_s=_BUDGET_S)
    if run.left_out:
        logger.warning("series without anomaly scores: left_out=%d", run.left_out)
    if run.steps or run.followed or run.stale:
        logger.info(
            "scored anomalies: steps=%d values=%d followed=%d watched=%d stale=%s through=%s "
            "seconds=%.2f",
            run.steps,
            run.values,
            run.followed,
            run.watched,
            run.stale,
            None if run.through is None else rfc3339_minute(run.through),
            run.elapsed_s,
        )


@endpoint(
    blueprint,
    "GET",
    "v1/models/{model}/anomalies",
    summary="A model's series with anomaly scores, bands and episodes; a week at most.",
    answer=ModelAnomalies,
    query={
        **SPAN,
        "deployment": "exact name; all of the model's unless given",
        "metric": "as `response_time_avg_ms`; everything that is scored unless given",
    },
)
async def get_model_anomalies(call: Call) -> Answer:
    """Return what was scored of a model."""
    parts = app()
    return Answer(
        await model_anomalies(
            call.model(),
            call.query.get("deployment", ""),
            call.query.get("metric", ""),
            span_of(call.query, call.now, default="24h", longest_s=_LONGEST_S),
            boards=parts.reading.boards,
            cursors=parts.cursors,
        )
    )


@endpoint(
    blueprint,
    "GET",
    "v1/anomalies",
    summary="Times in which any series was abnormal; a week at most.",
    answer=AnomalyList,
    query=SPAN,
)
async def get_anomalies(call: Call) -> Answer:
    """List the episodes of all series."""
    parts = app()
    return Answer(
        await list_episodes(
            span_of(call.query, call.now, default="24h", longest_s=_LONGEST_S),
            boards=parts.reading.boards,
            cursors=parts.cursors,
        )
    )
