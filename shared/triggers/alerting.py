"""The timer that evaluates alert rules and delivers what there is to tell."""

import logging
import time
from datetime import UTC, datetime

import azure.functions as func

from shared.bootstrap import App, app
from shared.domain.timeline import rfc3339_minute
from shared.services.alert_tick import Tick, alert_tick
from shared.services.alerting import AlertingPorts
from shared.services.enqueueing import enqueue_due
from shared.triggers.failure import telling_failure
from shared.triggers.metering import metered

logger = logging.getLogger(__name__)
blueprint = func.Blueprint()

# Half of the time between two ticks, for evaluation and for delivery each.
_BUDGET_S = 25.0


# Rollup starts at second 0; a minute is complete EVALUATION_DELAY_S (30 s) after its end.
@blueprint.timer_trigger(schedule="35 * * * * *", arg_name="timer", run_on_startup=False)
@telling_failure
@metered
async def evaluate_alerts(timer: func.TimerRequest) -> None:
    """Evaluate every rule for the minutes that are due, and deliver what there is to tell."""
    del timer
    parts = app()
    tick = await alert_tick(
        now=datetime.now(UTC),
        ports=AlertingPorts(
            parts.documents,
            parts.cursors,
            parts.alerts,
            parts.registry,
            parts.load_frame,
            parts.references,
        ),
        groups=parts.groups,
        telemetry=parts.telemetry,
        environment=parts.settings.environment,
        catch_up_m=parts.settings.evaluation_catch_up_m,
        timer=time.monotonic,
        budget_s=_BUDGET_S,
    )
    _report(tick, parts)
    enqueued = await enqueue_due(now=datetime.now(UTC), ports=parts.channels)
    if enqueued.lost:
        logger.warning("notifications sent for again: lost=%d", enqueued.lost)


def _report(tick: Tick, parts: App) -> None:
    run, delivery = tick.evaluation, tick.delivery
    if run.gap is not None:
        logger.warning(
            "evaluation gap: first=%s last=%s", *(rfc3339_minute(minute) for minute in run.gap)
        )
    if delivery.problem:
        logger.warning("outbox waits: events=%d reason=%s", delivery.waiting, delivery.problem)
    logger.info(
        "evaluated alerts: minutes=%d through=%s told=%d ended=%d sent=%d waiting=%d dispatches=%d "
        "stale=%s seconds=%.2f alerts_at=%s",
        run.evaluated_m,
        None if run.through is None else rfc3339_minute(run.through),
        run.told,
        run.ended,
        delivery.sent,
        delivery.waiting,
        tick.dispatching.dispatches,
        run.stale,
        run.elapsed_s,
        "customEvents, /api/v1/alerts" if parts.telemetry.enabled else "/api/v1/alerts",
    )
