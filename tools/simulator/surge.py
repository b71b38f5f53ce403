"""The extra traffic of a spike or of a job that eats a quota, as deployments of their own kind."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from tools.simulator.fleet import Application, Deployment, TokenShape
from tools.simulator.incident import Incident, IncidentKind, at_place

REINDEX = Application("knowledge-index", "search", "2")
BACKFILL = Application("contract-backfill", "legal", "1")
BACKFILL_TOKENS = TokenShape(13_000, 120, spread=0.15, max_tokens=2000)


@dataclass(frozen=True, slots=True)
class Stream:
    """Requests of one deployment in one period.

    Attributes:
        deployment: where they go, how many there are and how large.
        start: the first moment, UTC.
        end: the moment after the last, UTC.
        flat: whether the rate is constant instead of following the day.
    """

    deployment: Deployment
    start: datetime
    end: datetime
    flat: bool


def surges(deployment: Deployment, script: Sequence[Incident]) -> list[Stream]:
    """Return the streams that the script adds to a deployment's usual one."""
    spikes = [
        _stream(deployment, incident, (REINDEX,), deployment.tokens)
        for incident in at_place(script, IncidentKind.SPIKE, place=deployment.name)
    ]
    backfills = [
        _stream(deployment, incident, (BACKFILL,), BACKFILL_TOKENS)
        for incident in at_place(script, IncidentKind.QUOTA, place=deployment.name)
    ]
    return spikes + backfills


def _stream(
    deployment: Deployment,
    incident: Incident,
    applications: tuple[Application, ...],
    tokens: TokenShape,
) -> Stream:
    busier = replace(
        deployment,
        applications=applications,
        requests_per_minute=incident.strength,
        tokens=tokens,
    )
    return Stream(busier, incident.start, incident.end, flat=True)
