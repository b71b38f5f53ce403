"""The week in review: asked for over HTTP, and sent to a channel by a timer."""

import logging
from datetime import UTC, datetime

import azure.functions as func

from shared.bootstrap import App, app
from shared.domain.timeline import minute_of
from shared.domain.weekly.weekly import Weekly, week_ending
from shared.services.alerts import AlertPorts
from shared.services.weekly import WeeklyPorts, send_weekly, weekly_summary
from shared.settings import WEEKLY_SUMMARY_CHANNEL
from shared.triggers.call import Call
from shared.triggers.endpoint import endpoint
from shared.triggers.failure import telling_failure
from shared.triggers.metering import metered
from shared.triggers.responses import Answer

logger = logging.getLogger(__name__)
blueprint = func.Blueprint()


# At 07:00; the later runs do something only where the channel did not take it before.
@blueprint.timer_trigger(schedule="0 0 7-11 * * 1", arg_name="timer", run_on_startup=False)
@telling_failure
@metered
async def summarize_week(timer: func.TimerRequest) -> None:
    """Send the week in review to the channel that a setting names; without one do nothing."""
    del timer
    parts = app()
    channel = parts.settings.weekly_summary_channel
    if not channel:
        return
    outcome = await send_weekly(channel, now=datetime.now(UTC), ports=_ports(parts))
    logger.info("weekly summary: %s=%s outcome=%s", WEEKLY_SUMMARY_CHANNEL, channel, outcome)


# Azure tries routes in the order of their functions' names (azure-functions-host issue 9876): this
# one has to come before `get_one_alert`, whose `{alert_id}` would take `weekly` as well.
@endpoint(
    blueprint,
    "GET",
    "v1/alerts/weekly",
    summary="What fired in a week, what was noisy, what got slower, worse or dearer.",
    answer=Weekly,
    query={"end": "RFC 3339 time; the week ends at the UTC midnight before it; now unless given"},
)
async def get_alerts_of_week(call: Call) -> Answer:
    """Review a week."""
    end = call.moment("end", call.now)
    span = week_ending(minute_of(end))
    return Answer(await weekly_summary(span, now=call.now, ports=_ports(app())))


def _ports(parts: App) -> WeeklyPorts:
    return WeeklyPorts(
        AlertPorts(parts.alerts, parts.registry), parts.channels, parts.reading, parts.cursors
    )
