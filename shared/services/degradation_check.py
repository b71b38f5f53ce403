"""The hourly check: every model and deployment judged, starts and ends of degradations told once.

A model with a single deployment is told of once, as that deployment. An event goes into the outbox
before the state that says it was told: a crash between the two tells it again under the same id.
"""

from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import datetime

import msgspec

from shared.domain.baseline.baseline import Baseline
from shared.domain.degradation.change import Change
from shared.domain.degradation.degradation import Gates
from shared.domain.degradation.episode import Episode, advanced, hour_number, opened
from shared.domain.degradation.evidence import Evidence, family_of
from shared.domain.degradation.view import detected_event, resolved_event
from shared.domain.degradation.watching import goes_on, judged_by, worst_of
from shared.domain.event import Event
from shared.errors import Stale
from shared.services.alert_ports import Alerts
from shared.services.baseline_store import load_baselines
from shared.services.degradation import last_hour
from shared.services.degradation_causes import causes_of
from shared.services.degradation_reading import has_scores, read_evidence, refined
from shared.services.ports import Document, Documents
from shared.services.reading import Freshness, ReadPorts, freshness

COLLECTION = "degradations"
_decode = msgspec.json.Decoder(Episode).decode


@dataclass(frozen=True, slots=True)
class CheckPorts:
    """What the check works on.

    Attributes:
        reading: rollups.
        documents: baselines and degradations.
        alerts: has the outbox.
        gates: what a change has to pass.
        connected: whether events lead anywhere; where not, none are put into the outbox.
        environment: where the monitor runs.
    """

    reading: ReadPorts
    documents: Documents
    alerts: Alerts
    gates: Gates
    connected: bool
    environment: str


@dataclass(slots=True)
class DegradationRun:
    """What a check did.

    Attributes:
        judged: models and deployments with a baseline.
        detected: degradations that began.
        resolved: those that ended.
        open: those that go on, new ones included.
        stale: those that another check was writing.
    """

    judged: int = 0
    detected: int = 0
    resolved: int = 0
    open: int = 0
    stale: int = 0


async def check_degradation(*, now: datetime, ports: CheckPorts) -> DegradationRun:
    """Judge the last hour of every series; a second check in the same hour changes nothing.

    Args:
        now: the clock, UTC.
        ports: what it works on.
    """
    run, fresh = DegradationRun(), await freshness(ports.reading)
    every = {(b.model, b.deployment): b for b in await load_baselines(ports.documents)}
    stored = {document.key: document for document in await ports.documents.list(COLLECTION)}
    if not every and not stored:
        return run
    evidence = await read_evidence(
        last_hour(now), fresh, ports.reading, wanted=None, scores=has_scores(every.values())
    )
    for document in stored.values():
        await _guarded(run, _advance(document, evidence, run, now, ports))
    for baseline in judged_by(every):
        run.judged += 1
        for change in worst_of(baseline, evidence, ports.gates):
            if _key(baseline, change) not in stored:
                await _guarded(run, _open(baseline, change, evidence, fresh, run, now, ports))
    return run


async def _guarded(run: DegradationRun, writing: Awaitable[None]) -> None:
    """Leave to another check what it is writing at the same time."""
    try:
        await writing
    except Stale:
        run.stale += 1


async def _open(
    baseline: Baseline,
    change: Change,
    evidence: Evidence,
    fresh: Freshness,
    run: DegradationRun,
    now: datetime,
    ports: CheckPorts,
) -> None:
    name = (baseline.model, baseline.deployment)
    (dated,) = await refined([change], name, baseline, evidence, fresh, ports.reading)
    episode = opened(baseline, dated, now)
    if ports.connected:
        causes = await causes_of(dated, name, evidence, fresh, ports.reading)
        await _tell(detected_event(episode, causes, ports.environment), ports)
    await ports.documents.put(COLLECTION, Document(_key(baseline, change), _encoded(episode)))
    run.detected += 1
    run.open += 1


async def _advance(
    document: Document, evidence: Evidence, run: DegradationRun, now: datetime, ports: CheckPorts
) -> None:
    episode = _decode(document.body)
    if episode.checked_hour >= hour_number(now):
        run.open += 1
        return
    name = (episode.model, episode.deployment)
    step = advanced(episode, worse=goes_on(episode, evidence, ports.gates), now=now)
    if step.end is None:
        body = _encoded(step.episode)
        await ports.documents.put(COLLECTION, Document(document.key, body, document.etag))
        run.open += 1
        return
    reading = evidence.readings.get(name, {}).get(episode.metric)
    current = reading.value if reading else None
    if ports.connected:
        await _tell(resolved_event(episode, current, step.end, now, ports.environment), ports)
    await ports.documents.delete(COLLECTION, document)
    run.resolved += 1


async def _tell(event: Event, ports: CheckPorts) -> None:
    await ports.alerts.add_events([event])


def _key(baseline: Baseline, change: Change) -> str:
    parts = [baseline.model, baseline.deployment, family_of(change.metric)]
    return msgspec.json.encode(parts).decode()


def _encoded(episode: Episode) -> bytes:
    return msgspec.json.encode(episode)
