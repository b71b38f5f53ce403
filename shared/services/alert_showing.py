"""Alerts as they stand at the moment of reading: silenced or not, and with all they led to."""

import asyncio
from collections.abc import Sequence
from datetime import datetime

import msgspec

from shared.domain.alert.alert import MAX_NOTIFICATIONS
from shared.domain.alert.view import Alert, Stage
from shared.services.alert_history import with_history
from shared.services.channel_ports import Dispatches
from shared.services.ports import Documents
from shared.services.routes import load_routes
from shared.services.silences import load_silences, with_silenced

_AT_ONCE = 8


async def shown_alert(
    alert: Alert, *, now: datetime, documents: Documents, dispatches: Dispatches
) -> Alert:
    """Return one alert with everything that is kept about it.

    Args:
        alert: as it is stored.
        now: the clock, UTC.
        documents: has the silences.
        dispatches: has the history of channels.
    """
    silences = await load_silences(documents)
    return await with_history(with_silenced(alert, silences, now), dispatches=dispatches)


async def shown_alerts(
    alerts: Sequence[Alert], *, now: datetime, documents: Documents, dispatches: Dispatches
) -> list[Alert]:
    """Return alerts of a list, each with its latest 20 notifications; see `shown_alert`."""
    silences, routes = await asyncio.gather(load_silences(documents), load_routes(documents))
    seen = [with_silenced(alert, silences, now) for alert in alerts]
    if routes is None:
        return seen
    gate = asyncio.Semaphore(_AT_ONCE)

    async def latest(alert: Alert) -> Alert:
        if alert.state is Stage.PENDING:
            return alert
        async with gate:
            whole = await with_history(alert, dispatches=dispatches)
        return msgspec.structs.replace(
            whole, notifications=whole.notifications[-MAX_NOTIFICATIONS:]
        )

    return list(await asyncio.gather(*(latest(alert) for alert in seen)))
