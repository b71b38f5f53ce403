"""Whether the app can do its work: storage answers, timers are on time."""

from datetime import datetime
from typing import Any

from shared.domain.timeline import minute_of, rfc3339_minute
from shared.errors import Unavailable
from shared.services.alerting import EVALUATED_THROUGH
from shared.services.ports import Cursors, Telemetry
from shared.services.rollup import COMPLETE_THROUGH, ROLLED_THROUGH

LATE_M = 5


async def readiness(
    *, now: datetime, cursors: Cursors, telemetry: Telemetry
) -> tuple[bool, dict[str, Any]]:
    """Return whether the app is ready, and each check with what it saw.

    Args:
        now: the clock, UTC.
        cursors: positions of the timers.
        telemetry: where events go.
    """
    try:
        rolled = await cursors.read(ROLLED_THROUGH)
        complete = await cursors.read(COMPLETE_THROUGH)
        evaluated = await cursors.read(EVALUATED_THROUGH)
    except Unavailable as error:
        storage = {"ok": False, "reason": str(error)}
        return False, {"status": "unavailable", "checks": {"storage": storage}}
    minute = minute_of(now)
    checks = {
        "storage": {"ok": True},
        "rollup": _on_time(
            complete.minute if complete else None, minute, started=rolled is not None
        ),
        "evaluate_alerts": _on_time(
            evaluated.minute if evaluated else None, minute, started=complete is not None
        ),
    }
    ready = all(check["ok"] for check in checks.values())
    receiver = "application_insights" if telemetry.enabled else "api"
    return ready, {
        "status": "ready" if ready else "late",
        "checks": checks,
        "alerts_go_to": receiver,
    }


def _on_time(reached: int | None, minute: int, *, started: bool) -> dict[str, Any]:
    """Judge a timer: before there is anything to do it is on time."""
    if reached is None:
        return {"ok": not started, "through": None}
    return {"ok": minute - reached <= LATE_M, "through": rfc3339_minute(reached)}
