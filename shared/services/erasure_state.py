"""Erasing an application from what is not kept by day: alerts, sessions, advice, spend anomalies.

What people wrote stays: rules, silences, budgets and the like that name the application are listed
with the erasure, for those who wrote them to delete.
"""

from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

import msgspec

from shared.domain.cost_anomaly.attribution import Cause
from shared.domain.erasure.erasure import Erased, Erasure
from shared.domain.erasure.matching import is_of
from shared.domain.erasure.mentions import mentions
from shared.domain.label import APPLICATION
from shared.domain.timeline import minute_of
from shared.errors import NotFound
from shared.services.annotations import COLLECTION as ANNOTATIONS
from shared.services.applications import APPLICATIONS
from shared.services.budget_store import COLLECTION as BUDGETS
from shared.services.cost_anomaly_store import COLLECTION as COST_ANOMALIES
from shared.services.cost_anomaly_store import decode_anomaly
from shared.services.erasure_alerts import erase_alerts
from shared.services.erasure_ports import ErasurePorts
from shared.services.inhibitions import COLLECTION as INHIBITIONS
from shared.services.ports import Documents
from shared.services.recommendation_store import COLLECTION as RECOMMENDATIONS
from shared.services.recommendation_store import decode_recommendation
from shared.services.routes import COLLECTION as ROUTES
from shared.services.rules import COLLECTION as RULES
from shared.services.session_drop import KEEP_DAYS
from shared.services.silences import COLLECTION as SILENCES

_WRITTEN = (RULES, SILENCES, BUDGETS, ANNOTATIONS, INHIBITIONS, ROUTES)


async def erase_state(erasure: Erasure, *, now: datetime, ports: ErasurePorts) -> Erased:
    """Erase an application from all that is not kept by day.

    Args:
        erasure: whose data.
        now: the clock, UTC.
        ports: what it works on.

    Raises:
        Stale: somebody else changed the same; trying again goes on.
    """
    application = erasure.application
    alerts = await erase_alerts(application, now=now, ports=ports)
    sessions = await ports.sessions.erase(
        minute_of(now - timedelta(days=KEEP_DAYS + 1)),
        minute_of(now) + 1,
        lambda labels: is_of(labels, application),
    )
    return Erased(
        sessions=sessions,
        alerts=alerts,
        recommendations=await _forget_advice(application, ports.documents),
        cost_anomalies=await _forget_anomalies(application, ports.documents),
        settings=await _forget_settings(application, ports.documents),
    )


async def named_in(application: str, documents: Documents) -> list[str]:
    """Return what people wrote that names an application, as `rules/slow-checkout`."""
    return [
        f"{collection}/{each.key}"
        for collection in _WRITTEN
        for each in await documents.list(collection)
        if mentions(each.body, application)
    ]


async def _forget_advice(application: str, documents: Documents) -> int:
    gone = 0
    for each in await documents.list(RECOMMENDATIONS):
        if decode_recommendation(each).application == application:
            await documents.delete(RECOMMENDATIONS, each)
            gone += 1
    return gone


async def _forget_anomalies(application: str, documents: Documents) -> int:
    """Delete the application's spend anomalies; from those of others, what names it."""
    changed = 0
    for each in await documents.list(COST_ANOMALIES):
        anomaly = decode_anomaly(each)
        parts = [
            part
            for part in anomaly.attribution
            if (part.cause, part.name) != (Cause.APPLICATION, application)
        ]
        if anomaly.scope.get(APPLICATION) == application:
            await documents.delete(COST_ANOMALIES, each)
        elif len(parts) < len(anomaly.attribution):
            left = msgspec.structs.replace(anomaly, attribution=parts)
            await documents.put(COST_ANOMALIES, replace(each, body=msgspec.json.encode(left)))
        else:
            continue
        changed += 1
    return changed


async def _forget_settings(application: str, documents: Documents) -> int:
    with suppress(NotFound):
        await APPLICATIONS.delete(application, documents)
        return 1
    return 0
