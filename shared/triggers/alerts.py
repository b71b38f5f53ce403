"""HTTP functions about alerts."""

from enum import StrEnum
from typing import Annotated

import azure.functions as func
import msgspec
from msgspec import Meta, structs

from shared.bootstrap import app
from shared.domain.alert.reevaluation import AlertDetail
from shared.domain.alert.view import Alert, Stage
from shared.domain.span import span_of
from shared.domain.timeline import rfc3339_minute
from shared.services.alert_showing import shown_alert, shown_alerts
from shared.services.alerting import EVALUATED_THROUGH
from shared.services.alerts import AlertPorts, acknowledge, get_alert, list_alerts
from shared.services.reevaluation import ReevaluationPorts, reevaluate
from shared.services.rollup import COMPLETE_THROUGH
from shared.triggers.backtest import backtest_ports
from shared.triggers.call import Call
from shared.triggers.endpoint import endpoint
from shared.triggers.responses import Answer

blueprint = func.Blueprint()


class Acknowledging(msgspec.Struct, frozen=True):
    """Who takes an alert on, and why."""

    by: Annotated[str, Meta(min_length=1, max_length=256)]
    comment: Annotated[str, Meta(max_length=2_048)] = ""


class StageChoice(StrEnum):
    """Which alerts to list."""

    FIRING = "firing"
    PENDING = "pending"
    RESOLVED = "resolved"
    ALL = "all"


@endpoint(
    blueprint,
    "GET",
    "v1/alerts",
    summary="Alerts, newest first.",
    query={
        "state": "`firing`, `pending`, `resolved` or `all` (unless given)",
        "range": "when resolved alerts ended: `5m`, `1h`, `24h` (unless given), ... or seconds",
        "start": "RFC 3339 time, instead of range",
        "end": "RFC 3339 time, now unless given",
        "limit": "100 unless given, 1,000 at most",
        "next": "of an earlier answer",
    },
)
async def get_alerts(call: Call) -> Answer:
    """List alerts."""
    choice = call.choice("state", StageChoice, StageChoice.ALL)
    stages = list(Stage) if choice is StageChoice.ALL else [Stage(choice)]
    span = span_of(call.query, call.now, default="24h")
    page = await list_alerts(
        stages, span, limit=call.limit(), after=call.query.get("next"), ports=_alert_ports()
    )
    parts = app()
    alerts = await shown_alerts(
        page.alerts,
        now=call.now,
        documents=parts.documents,
        dispatches=parts.channels.dispatches,
    )
    complete = await app().cursors.read(COMPLETE_THROUGH)
    evaluated = await app().cursors.read(EVALUATED_THROUGH)
    return Answer(
        {
            "alerts": alerts,
            "next": page.next,
            **span.described(complete.minute if complete else None),
            "evaluated_through": rfc3339_minute(evaluated.minute) if evaluated else None,
        }
    )


@endpoint(
    blueprint,
    "GET",
    "v1/alerts/{alert_id}",
    summary="One alert, and what evaluating its time again would come to.",
    answer=AlertDetail,
)
async def get_one_alert(call: Call) -> Answer:
    """Return an alert."""
    alert = await get_alert(call.path["alert_id"], ports=_alert_ports())
    ports = ReevaluationPorts(backtest_ports(), app().alerts, app().cursors)
    again = await reevaluate(alert, now=call.now, ports=ports)
    shown = await _shown(alert, call)
    return Answer(AlertDetail(**structs.asdict(shown), reevaluated=again))


@endpoint(
    blueprint,
    "POST",
    "v1/alerts/{alert_id}/acknowledge",
    summary="Take an alert on: its repeats no longer reach people.",
    request=Acknowledging,
    answer=Alert,
)
async def acknowledge_alert(call: Call) -> Answer:
    """Acknowledge an alert."""
    said = call.decoded(Acknowledging)
    alert = await acknowledge(
        call.path["alert_id"], by=said.by, comment=said.comment, now=call.now, ports=_alert_ports()
    )
    return Answer(await _shown(alert, call))


async def _shown(alert: Alert, call: Call) -> Alert:
    parts = app()
    return await shown_alert(
        alert, now=call.now, documents=parts.documents, dispatches=parts.channels.dispatches
    )


def _alert_ports() -> AlertPorts:
    return AlertPorts(app().alerts, app().registry)
