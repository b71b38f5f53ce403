"""Recommendations: proposed, listed, marked as applied.

An event goes into the outbox before what it tells of is stored, so that none is left untold; told
twice, it has the same event_id.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Annotated

import msgspec
from msgspec import Meta

from shared.domain.recommendation import lifecycle
from shared.domain.recommendation.event import recommendation_event
from shared.domain.recommendation.recommendation import (
    Advice,
    Application,
    Recommendation,
    Status,
    recommendation_id,
)
from shared.domain.record.request import Moment
from shared.domain.timeline import rfc3339
from shared.errors import NotFound, Stale
from shared.services.alert_ports import Alerts
from shared.services.ports import Document, Documents
from shared.services.reading import ReadPorts

COLLECTION = "recommendations"

_TRIES = 5
_decode = msgspec.json.Decoder(Recommendation).decode


@dataclass(frozen=True, slots=True)
class RecommendationPorts:
    """Where recommendations are, what they are judged by, and who is told.

    Attributes:
        reading: rollups.
        documents: recommendations.
        alerts: has the outbox.
        connected: whether events lead anywhere; where not, none are put into the outbox.
        environment: where the monitor runs.
    """

    reading: ReadPorts
    documents: Documents
    alerts: Alerts
    connected: bool
    environment: str


class AppliedBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Says that a recommendation was followed; `at` is now unless given."""

    # `detected` stands for what requests showed.
    by: Annotated[str, Meta(min_length=1, max_length=256, pattern=r"^(?!detected$)")]
    at: Moment | None = None
    comment: Annotated[str, Meta(max_length=2_048)] = ""


class RecommendationPage(msgspec.Struct, frozen=True):
    """A part of the list of recommendations.

    Attributes:
        recommendations: the latest to be proposed first.
        next: where the rest begins; None where this is all.
    """

    recommendations: list[Recommendation]
    next: str | None


async def propose(
    advices: Sequence[Advice], *, now: datetime, ports: RecommendationPorts
) -> list[Recommendation]:
    """Store what is recommended; the same advice again renews what is proposed, nothing else.

    Args:
        advices: what is concluded.
        now: the clock, UTC.
        ports: where to.

    Returns:
        The recommendations, in the order given.

    Raises:
        Stale: one of them kept changing.
    """
    return [
        await change(recommendation_id(each), partial(lifecycle.proposed, each, now=now), ports)
        for each in advices
    ]


async def load_recommendations(documents: Documents) -> list[Recommendation]:
    """Return every recommendation."""
    return [_decode(document.body) for document in await documents.list(COLLECTION)]


async def list_recommendations(
    model: str | None,
    statuses: Collection[Status],
    *,
    limit: int,
    after: str | None,
    documents: Documents,
) -> RecommendationPage:
    """Return recommendations as they are stored, the latest to be proposed first.

    Args:
        model: exact name; None is any.
        statuses: which ones.
        limit: how many at most.
        after: the `next` of an earlier answer, to go on from there; None begins.
        documents: where they are.
    """
    placed = {
        f"{rfc3339(each.proposed_at)}|{each.id}": each
        for each in await load_recommendations(documents)
        if each.status in statuses and model in (None, each.model)
    }
    places = sorted((p for p in placed if after is None or p < after), reverse=True)
    page = places[:limit]
    return RecommendationPage([placed[p] for p in page], page[-1] if len(places) > limit else None)


async def find_recommendation(identity: str, documents: Documents) -> Recommendation:
    """Return a recommendation as it is stored.

    Raises:
        NotFound: there is none of this id.
    """
    stored = await documents.get(COLLECTION, identity)
    if stored is None:
        raise _unknown(identity)
    return _decode(stored.body)


async def mark_applied(
    identity: str, body: AppliedBody, *, now: datetime, ports: RecommendationPorts
) -> Recommendation:
    """Note that somebody followed a recommendation; the same once more changes nothing.

    Args:
        identity: which.
        body: who and when.
        now: the clock, UTC.
        ports: where they are.

    Raises:
        NotFound: there is none of this id.
        InvalidInput: it was followed in the future, or more than four weeks ago.
        Conflict: it was followed otherwise, or is no longer proposed.
        Stale: it kept changing.
    """

    def decide(before: Recommendation | None) -> Recommendation:
        if before is None:
            raise _unknown(identity)
        known = before.applied.at if before.applied else now
        at = known if body.at is None else body.at.astimezone(UTC)
        return lifecycle.applied(before, Application(body.by, at, body.comment), now)

    return await change(identity, decide, ports)


async def supersede(
    identity: str, by: str, *, now: datetime, ports: RecommendationPorts
) -> Recommendation:
    """Let other advice take the place of a proposed recommendation.

    Args:
        identity: which.
        by: id of the other.
        now: the clock, UTC.
        ports: where they are.

    Raises:
        NotFound: there is none of this id.
        Stale: it kept changing.
    """

    def decide(before: Recommendation | None) -> Recommendation:
        if before is None:
            raise _unknown(identity)
        return lifecycle.superseded(before, by, now)

    return await change(identity, decide, ports)


async def change(
    identity: str,
    decide: Callable[[Recommendation | None], Recommendation],
    ports: RecommendationPorts,
) -> Recommendation:
    """Store what is decided on a recommendation, and tell of it where its status is another.

    Args:
        identity: which.
        decide: what was stored, None where nothing was -> what is to be stored.
        ports: where to.

    Raises:
        Stale: somebody else kept changing it.
    """
    for _ in range(_TRIES):
        stored = await ports.documents.get(COLLECTION, identity)
        before = None if stored is None else _decode(stored.body)
        after = decide(before)
        if after == before:
            return after
        await _tell(before, after, ports)
        etag = None if stored is None else stored.etag
        try:
            await ports.documents.put(
                COLLECTION, Document(identity, msgspec.json.encode(after), etag)
            )
        except Stale:
            continue
        return after
    raise Stale(f"recommendation {identity} kept changing, try again")


async def _tell(
    before: Recommendation | None, after: Recommendation, ports: RecommendationPorts
) -> None:
    if not ports.connected or (before is not None and before.status is after.status):
        return
    event = recommendation_event(after, ports.environment)
    if event is not None:
        await ports.alerts.add_events([event])


def _unknown(identity: str) -> NotFound:
    return NotFound(f"recommendation {identity} does not exist")
