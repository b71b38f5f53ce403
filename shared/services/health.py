"""Whether the app can do its work: storage answers, timers are on time."""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from shared.domain.anomaly.watch import STEP_M
from shared.domain.rollup.measures import Kind
from shared.domain.rollup.stored_rollup import Grain
from shared.domain.timeline import BUCKET_M, HOUR_M, floor_to, minute_of, rfc3339_minute
from shared.errors import Unavailable
from shared.services.alerting import EVALUATED_THROUGH
from shared.services.anomalies import SCORED_THROUGH
from shared.services.ports import Cursor, Cursors, Rollups, Telemetry
from shared.services.punctuality import ALLOWED_M, last_run
from shared.services.rollup import COMPLETE_THROUGH, ROLLED_THROUGH, SINCE, TRAIL_M

LATE_M = 5
_CURSORS = (ROLLED_THROUGH, COMPLETE_THROUGH, EVALUATED_THROUGH, SCORED_THROUGH)

type Checks = dict[str, dict[str, Any]]


async def readiness(
    *, now: datetime, cursors: Cursors, rollups: Rollups, telemetry: Telemetry
) -> tuple[bool, dict[str, Any]]:
    """Return whether the app is ready, and each check with what it saw.

    Args:
        now: the clock, UTC.
        cursors: positions of the timers.
        rollups: whether there is anything to score.
        telemetry: where events go.
    """
    minute = minute_of(now)
    try:
        read = await _read(cursors)
        ran = await asyncio.gather(*(last_run(timer, cursors) for timer in ALLOWED_M))
        to_score = read[SCORED_THROUGH] is not None or await _to_score(minute, rollups)
    except Unavailable as error:
        storage = {"ok": False, "reason": str(error)}
        return False, {"status": "unavailable", "checks": {"storage": storage}}
    checks: Checks = {"storage": {"ok": True}, **_minutely(read, minute, to_score=to_score)}
    for (timer, allowed_m), at in zip(ALLOWED_M.items(), ran, strict=True):
        checks[timer] = {
            "ok": at is None or minute - at <= allowed_m,
            "last_run": None if at is None else rfc3339_minute(at),
        }
    ready = all(check["ok"] for check in checks.values())
    receiver = "application_insights" if telemetry.enabled else "api"
    return ready, {
        "status": "ready" if ready else "late",
        "checks": checks,
        "alerts_go_to": receiver,
    }


async def _read(cursors: Cursors) -> dict[str, Cursor | None]:
    found = await asyncio.gather(*(cursors.read(name) for name in _CURSORS))
    return dict(zip(_CURSORS, found, strict=True))


async def _to_score(minute: int, rollups: Rollups) -> bool:
    """Tell whether anything of the hour before was complete long enough to be scored by now."""
    end = floor_to(minute - LATE_M - STEP_M, BUCKET_M)
    found = await asyncio.gather(
        *(rollups.versions(kind, Grain.BUCKET, end - HOUR_M, end) for kind in Kind)
    )
    return any(found)


def _minutely(read: Mapping[str, Cursor | None], minute: int, *, to_score: bool) -> Checks:
    """Judge the timers that run each minute, by how far they have come."""
    rolled, complete = read[ROLLED_THROUGH], read[COMPLETE_THROUGH]
    # The first record sets the cursor so far back; the first rollup leaves a note.
    waiting_m = minute - rolled.minute - TRAIL_M - BUCKET_M if rolled else 0
    rolling_m = complete.minute - int(complete.notes.get(SINCE, 0)) if complete else 0
    return {
        "rollup": _on_time(complete, minute, started=waiting_m > LATE_M),
        "evaluate_alerts": _on_time(read[EVALUATED_THROUGH], minute, started=rolling_m > LATE_M),
        # A step is scored once it is complete.
        "score_anomalies": _on_time(read[SCORED_THROUGH], minute - STEP_M, started=to_score),
    }


def _on_time(cursor: Cursor | None, minute: int, *, started: bool) -> dict[str, Any]:
    """Judge a timer; one that has no cursor is late where it has had time to begin."""
    if cursor is None:
        return {"ok": not started, "through": None}
    return {"ok": minute - cursor.minute <= LATE_M, "through": rfc3339_minute(cursor.minute)}
