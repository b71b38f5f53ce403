"""The daily timer that makes tomorrow's table and drops what is past its time."""

import logging
from datetime import UTC, datetime, timedelta

import azure.functions as func

from shared.bootstrap import app
from shared.domain.rollup.stored_rollup import Grain
from shared.domain.timeline import minute_of
from shared.services.cost_anomaly_store import KEPT as ANOMALIES_KEPT
from shared.services.cost_anomaly_store import forget_anomalies
from shared.services.digests import forget_digests
from shared.services.own_use import forget_own_use
from shared.services.retention import retain
from shared.services.session_drop import KEEP_DAYS, drop_sessions
from shared.services.silences import KEPT, forget_silences
from shared.triggers.failure import telling_failure
from shared.triggers.metering import metered
from shared.triggers.noting import noting

logger = logging.getLogger(__name__)
blueprint = func.Blueprint()


@blueprint.timer_trigger(schedule="0 40 23 * * *", arg_name="timer", run_on_startup=False)
@telling_failure
@noting
@metered
async def retention(timer: func.TimerRequest) -> None:
    """Seal and drop old days, prepare the next one."""
    del timer
    parts, now = app(), datetime.now(UTC)
    settings = parts.settings
    run = await retain(
        now=now,
        chunks=parts.chunks,
        rollups=parts.rollups,
        cursors=parts.cursors,
        dirty=parts.dirty,
        keep_days={
            Grain.BUCKET: settings.chunk_retention_d,
            Grain.HOUR: settings.hour_retention_d,
            Grain.DAY: settings.day_retention_d,
        },
    )
    forget = now - timedelta(days=settings.hour_retention_d)
    alerts = await parts.alerts.forget_resolved(forget)
    told = await parts.channels.dispatches.forget_history(forget)
    digests = await forget_digests(forget, digests=parts.digests.digests)
    silences = await forget_silences(now - KEPT, documents=parts.documents)
    anomalies = await forget_anomalies(now - ANOMALIES_KEPT, documents=parts.documents)
    sessions = await drop_sessions(
        now - timedelta(days=KEEP_DAYS), sessions=parts.sessions, cursors=parts.cursors
    )
    boards = await parts.anomalies.forget_boards(
        minute_of(now - timedelta(days=settings.chunk_retention_d))
    )
    own = await forget_own_use(forget.date(), uses=parts.own_uses)
    logger.info(
        "retention: days=%s rollups=%d alerts=%d told=%d digests=%d silences=%d anomalies=%d "
        "sessions=%d scores=%d own=%d",
        ",".join(run.dropped_days) or "none",
        run.dropped_rollups,
        alerts,
        told,
        digests,
        silences,
        anomalies,
        sessions,
        boards,
        own,
    )
