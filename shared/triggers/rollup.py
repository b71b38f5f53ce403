"""The timer that rolls up, once a minute at second 0."""

import logging
import time
from datetime import UTC, datetime

import azure.functions as func

from shared.bootstrap import App, app
from shared.errors import Stale, Unavailable
from shared.services.export import export_minutes
from shared.services.in_progress import record_in_progress
from shared.services.ingest_lag import record_ingest_lag
from shared.services.ingest_silence import record_silence
from shared.services.rollup import RollupRun, roll_up
from shared.services.session_sweep import sweep_sessions
from shared.triggers.failure import telling_failure
from shared.triggers.metering import metered

logger = logging.getLogger(__name__)
blueprint = func.Blueprint()

# The host stops a timer function after ten minutes; the next tick goes on where this one stopped.
_BUDGET_S = 45.0


@blueprint.timer_trigger(schedule="0 * * * * *", arg_name="timer", run_on_startup=False)
@telling_failure
@metered
async def rollup(timer: func.TimerRequest) -> None:
    """Bring rollups up to date with what arrived, and export the minutes that are complete."""
    del timer
    parts, now = app(), datetime.now(UTC)
    await _sweep(parts, now)
    try:
        run = await roll_up(
            now=now,
            ports=parts.rollup,
            evaluation_delay_s=parts.settings.evaluation_delay_s,
            timer=time.monotonic,
            budget_s=_BUDGET_S,
        )
        through = run.complete_through
        if through is not None:
            await record_silence(
                through,
                before=run.complete_before,
                load_frame=parts.load_frame,
                cursors=parts.cursors,
            )
        await _tell_lag(parts, run)
    except Stale as error:
        logger.info("rollup left to another run: %s", error)
        return
    logger.info(
        "rolled up: buckets=%d late=%d complete=%s seconds=%.2f",
        run.buckets,
        run.late,
        run.complete,
        run.elapsed_s,
    )
    await _export(parts)


async def _tell_lag(parts: App, run: RollupRun) -> None:
    arrivals = parts.rollup.refresh.arrivals
    if arrivals is not None:
        await record_ingest_lag(arrivals, run.behind_s, registry=parts.registry, ports=parts.ingest)


async def _sweep(parts: App, now: datetime) -> None:
    """Make sessions whole and count those in progress, ahead of the rollup that meets both."""
    try:
        run = await sweep_sessions(
            now, sessions=parts.sessions, cursors=parts.cursors, ports=parts.ingest
        )
        await record_in_progress(
            run.in_progress,
            now=now,
            documents=parts.documents,
            registry=parts.registry,
            ports=parts.ingest,
        )
    except Stale as error:
        logger.info("sessions left to another run: %s", error)
        return
    if run.fates:
        logger.info(
            "sessions swept: %s",
            " ".join(f"{fate}={count}" for fate, count in sorted(run.fates.items())),
        )


async def _export(parts: App) -> None:
    try:
        sent = await export_minutes(
            cursors=parts.cursors, telemetry=parts.telemetry, load_frame=parts.load_frame
        )
    except Unavailable as error:
        logger.warning("minute metrics wait for the next run: %s", error)
        return
    if sent:
        logger.info("minute metrics exported: points=%d", sent)
