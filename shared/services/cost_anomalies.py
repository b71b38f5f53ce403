"""Spend anomalies: looked for, told once, kept and listed.

Every hour the last six complete hours are judged, so that what came late is seen; every day the
last three whole days. A run that finds what is known already changes nothing. The event goes into
the outbox before the anomaly is stored: a crash between the two tells it again under the same id.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

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
from shared.domain.timeline import DAY_M, HOUR_M, floor_to, instant, minute_of
from shared.errors import Stale
from shared.services.alert_ports import Alerts
from shared.services.costs import CostPorts
from shared.services.paging import latest_first
from shared.services.ports import Document, Documents
from shared.services.rollup import COMPLETE_THROUGH
from shared.services.spend import read_usage

COLLECTION = "costanomalies"
JUDGED_HOURS = 6
JUDGED_DAYS = 3
KEPT = timedelta(days=400)
_RECENT = timedelta(days=8)
_decode = msgspec.json.Decoder(CostAnomaly).decode


class AnomalyPage(msgspec.Struct, frozen=True):
    """A part of the list of anomalies.

    Attributes:
        anomalies: the latest to start first.
        next: where the rest begins; null where this is all.
    """

    anomalies: list[CostAnomaly]
    next: str | None


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


async def list_anomalies(
    span: Span, *, limit: int, after: str | None, documents: Documents
) -> AnomalyPage:
    """Return the anomalies of a span of time, the latest to start first.

    Args:
        span: minutes that they have to be about.
        limit: how many at most.
        after: the `next` of an earlier answer, to go on from there; None begins.
        documents: where they are.
    """
    first, end = instant(span.first), instant(span.end)
    stored = await documents.list(COLLECTION, first=_hour(first - _RECENT), end=_hour(end) + "~")
    every = {each.key: _decode(each.body) for each in stored}
    placed = {key: each for key, each in every.items() if each.start < end and each.end > first}
    return AnomalyPage(*latest_first(placed, limit=limit, after=after))


async def forget_anomalies(before: datetime, *, documents: Documents) -> int:
    """Delete the anomalies that began before a time; return how many that were."""
    old = await documents.list(COLLECTION, end=_hour(before))
    for document in old:
        await documents.delete(COLLECTION, document)
    return len(old)


async def _complete(now: datetime, step_m: int, ports: AnomalyPorts) -> int:
    """Return the end of the last step of the UTC time line that is completely rolled up."""
    cursor = await ports.costs.reading.cursors.read(COMPLETE_THROUGH)
    through = minute_of(now) if cursor is None else min(cursor.minute, minute_of(now))
    return floor_to(through, step_m)


async def _keep(found: Sequence[CostAnomaly], run: WatchRun, ports: AnomalyPorts) -> None:
    if not found:
        return
    earliest = min(each.start for each in found)
    stored = await ports.documents.list(COLLECTION, first=_hour(earliest - _RECENT))
    known = {each.key: each for each in stored}
    for each in found:
        try:
            await _keep_one(each, known, run, ports)
        except Stale:
            run.stale += 1


async def _keep_one(
    found: CostAnomaly, known: dict[str, Document], run: WatchRun, ports: AnomalyPorts
) -> None:
    every = {key: _decode(document.body) for key, document in known.items()}
    for key, anomaly in every.items():
        if same_anomaly(anomaly, found):
            grown = extended(anomaly, found)
            if grown != anomaly:
                await _put(key, grown, known, ports)
                run.grown += 1
            return
    if explained(found, every.values()):
        return
    if ports.connected:
        await ports.alerts.add_events([anomaly_event(found, ports.environment)])
    await _put(f"{_hour(found.start)}|{found.id}", found, known, ports)
    run.found += 1


async def _put(
    key: str, anomaly: CostAnomaly, known: dict[str, Document], ports: AnomalyPorts
) -> None:
    before = known.get(key)
    document = Document(key, msgspec.json.encode(anomaly), before.etag if before else None)
    await ports.documents.put(COLLECTION, document)
    stored = await ports.documents.get(COLLECTION, key)
    if stored is not None:
        known[key] = stored


def _hour(moment: datetime) -> str:
    return f"{moment:%Y%m%d%H}"
