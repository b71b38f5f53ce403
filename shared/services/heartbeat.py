"""The sign of life: `system.heartbeat`, whose absence is the alert that no other can replace."""

from datetime import datetime

from shared.domain.event import SYSTEM_HEARTBEAT, Event, new_event
from shared.domain.identity import identity_of
from shared.domain.timeline import instant, minute_of, rfc3339, rfc3339_minute
from shared.services.alerting import Evaluation
from shared.services.outbox import Delivery
from shared.services.ports import Cursor

VERSION = "0.1.0"
HEARTBEAT_M = 5


def heartbeat_due(now: datetime) -> bool:
    """Tell whether a run at this time gives a sign of life."""
    return minute_of(now) % HEARTBEAT_M == 0


def heartbeat(
    *,
    now: datetime,
    environment: str,
    complete: Cursor | None,
    evaluation: Evaluation,
    delivery: Delivery,
) -> Event:
    """Return how far the monitor is and how long its timers take.

    Args:
        now: when the run began, UTC.
        environment: where the monitor runs.
        complete: the cursor `complete_through` with the notes of the rollup timer.
        evaluation: the run of this minute.
        delivery: of the outbox.
    """
    notes = complete.notes if complete else {}
    lag_s = (now - instant(complete.minute)).total_seconds() if complete else None
    minute = instant(minute_of(now))
    return new_event(
        SYSTEM_HEARTBEAT,
        event_id=identity_of(SYSTEM_HEARTBEAT, environment, rfc3339(minute)),
        time=now,
        environment=environment,
        properties={
            "version": VERSION,
            "data_through": rfc3339_minute(complete.minute) if complete else "",
        },
        measurements={
            "ingest_lag_s": lag_s,
            "rollup_s": _number(notes.get("rollup_s")),
            "evaluation_s": evaluation.elapsed_s,
            "outbox_depth": float(delivery.waiting),
            "series": _number(notes.get("series")),
        },
    )


def _number(text: str | None) -> float | None:
    return None if text is None else float(text)
