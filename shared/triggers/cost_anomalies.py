"""The hourly timer that watches spend, and the HTTP function that lists what it found."""

import logging
from datetime import UTC, datetime

import azure.functions as func

from shared.bootstrap import App, app
from shared.domain.span import span_of
from shared.services.cost_anomalies import AnomalyPorts, WatchRun, watch_days, watch_hours
from shared.services.cost_anomaly_store import AnomalyPage, list_anomalies
from shared.triggers.call import Call
from shared.triggers.endpoint import endpoint
from shared.triggers.failure import telling_failure
from shared.triggers.metering import metered
from shared.triggers.noting import noting
from shared.triggers.query import SPAN
from shared.triggers.responses import Answer

logger = logging.getLogger(__name__)
blueprint = func.Blueprint()


# Off the full hour, when the hour's rollup is written, and off the baselines at minute 7.
@blueprint.timer_trigger(schedule="0 12 * * * *", arg_name="timer", run_on_startup=False)
@telling_failure
@noting
@metered
async def watch_spend(timer: func.TimerRequest) -> None:
    """Judge the last complete hours of spend."""
    del timer
    _log("hours", await watch_hours(now=datetime.now(UTC), ports=_ports(app())))


async def watch_spend_of_days(now: datetime) -> None:
    """Judge the last whole days, and hours that a missed run has left; called once a day."""
    _log("hours", await watch_hours(now=now, ports=_ports(app())))
    _log("days", await watch_days(now=now, ports=_ports(app())))


@endpoint(
    blueprint,
    "GET",
    "v1/costs/anomalies",
    summary="Hours and days far outside the band of their spend, the latest to start first.",
    answer=AnomalyPage,
    query={**SPAN, "limit": "100 unless given, 1,000 at most", "next": "of an earlier answer"},
)
async def get_cost_anomalies(call: Call) -> Answer:
    """List spend anomalies, of the last 30 days unless told otherwise."""
    return Answer(
        await list_anomalies(
            span_of(call.query, call.now, default="30d"),
            limit=call.limit(),
            after=call.query.get("next"),
            documents=app().documents,
        )
    )


def _log(what: str, run: WatchRun) -> None:
    logger.info(
        "watched spend: %s=%d found=%d grown=%d stale=%d",
        what,
        run.hours or run.days,
        run.found,
        run.grown,
        run.stale,
    )


def _ports(parts: App) -> AnomalyPorts:
    return AnomalyPorts(
        parts.costs,
        parts.documents,
        parts.alerts,
        parts.telemetry.enabled,
        parts.settings.environment,
    )
