"""Spend anomalies: looked for, told once, and kept.

Every hour the last six complete hours are judged, so that what came late is seen; every day the
last three whole days. A run that finds what is known already changes nothing. The event goes into
the outbox before the anomaly is stored: a crash between the two tells it again under the same id.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from shared.domain.cost.table import Period
from shared.domain.cost_anomaly.anomaly import (
    CostAnomaly,
    anomaly_event,
    explained,
    extended,
    same_anomaly,
)
from shared.domain.cost_anomaly.looking import found_day, found_hours, hours_from
from shared.domain.span import Span
from shared.domain.spend.outlook import HISTORY_DAYS
from shared.domain.timeline import DAY_M, HOUR_M, floor_to, minute_of
from shared.errors import Stale
from shared.services.alert_ports import Alerts
from shared.services.cost_anomaly_store import (
    decode_anomaly,
    recent_anomalies,
    store_anomaly,
)
from shared.services.costs import CostPorts
from shared.services.ports import Document, Documents
from shared.services.rollup import COMPLETE_THROUGH
from shared.services.spend import read_usage

JUDGED_HOURS = 6
JUDGED_DAYS = 3


@dataclass(frozen=True, slots=True)
class AnomalyPorts:
    """What watching spend works on.

    Attributes:
        costs: what spend is made from.
        documents: the anomalies.
        alerts: has the outbox.
        connected: whether events lead anywhere; where not, none are put into the outbox.
        environment: where the monitor runs.
    """

    costs: CostPorts
    documents: Documents
    alerts: Alerts
    connected: bool
    environment: str


@dataclass(slots=True)
class WatchRun:
    """What a run did.

    Attributes:
        hours: complete hours judged.
        days: whole days judged.
        found: anomalies that are new.
        grown: those that go on.
        stale: those that another run was writing.
    """

    hours: int = 0
    days: int = 0
    found: int = 0
    grown: int = 0
    stale: int = 0


async def watch_hours(*, now: datetime, ports: AnomalyPorts) -> WatchRun:
    """Judge the last complete hours."""
    end = await _complete(now, HOUR_M, ports)
    first = end - JUDGED_HOURS * HOUR_M
    usage = await read_usage(Span(hours_from(first), end), Period.HOUR, ports=ports.costs)
    found = await asyncio.to_thread(found_hours, usage, first, now)
    run = WatchRun(hours=JUDGED_HOURS)
    await _keep(found, run, ports)
    return run


async def watch_days(*, now: datetime, ports: AnomalyPorts) -> WatchRun:
    """Judge the last whole days."""
    end = await _complete(now, DAY_M, ports)
    span = Span(end - (HISTORY_DAYS + JUDGED_DAYS) * DAY_M, end)
    usage = await read_usage(span, Period.DAY, ports=ports.costs)
    run = WatchRun()
    for start in range(end - JUDGED_DAYS * DAY_M, end, DAY_M):
        found = await asyncio.to_thread(found_day, usage, start, now)
        await _keep(found, run, ports)
        run.days += 1
    return run


async def _complete(now: datetime, step_m: int, ports: AnomalyPorts) -> int:
    """Return the end of the last step of the UTC time line that is completely rolled up."""
    cursor = await ports.costs.reading.cursors.read(COMPLETE_THROUGH)
    through = minute_of(now) if cursor is None else min(cursor.minute, minute_of(now))
    return floor_to(through, step_m)


async def _keep(found: Sequence[CostAnomaly], run: WatchRun, ports: AnomalyPorts) -> None:
    if not found:
        return
    earliest = min(each.start for each in found)
    known = await recent_anomalies(earliest, documents=ports.documents)
    for each in found:
        try:
            await _keep_one(each, known, run, ports)
        except Stale:
            run.stale += 1


async def _keep_one(
    found: CostAnomaly, known: dict[str, Document], run: WatchRun, ports: AnomalyPorts
) -> None:
    every = [decode_anomaly(document) for document in known.values()]
    for anomaly in every:
        if same_anomaly(anomaly, found):
            grown = extended(anomaly, found)
            if grown != anomaly:
                await store_anomaly(grown, known, documents=ports.documents)
                run.grown += 1
            return
    if explained(found, every):
        return
    if ports.connected:
        await ports.alerts.add_events([anomaly_event(found, ports.environment)])
    await store_anomaly(found, known, documents=ports.documents)
    run.found += 1
