"""Where recommendations are kept: loaded, and changed one by one.

An event goes into the outbox before what it tells of is stored, so that none is left untold; told
twice, it has the same event_id.
"""

from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from shared.domain.recommendation.event import recommendation_event
from shared.domain.recommendation.recommendation import Recommendation
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


async def load_recommendations(documents: Documents) -> list[Recommendation]:
    """Return every recommendation."""
    return [decode_recommendation(document) for document in await documents.list(COLLECTION)]


def decode_recommendation(document: Document) -> Recommendation:
    """Return the recommendation that a document holds."""
    return _decode(document.body)


async def find_recommendation(identity: str, documents: Documents) -> Recommendation:
    """Return a recommendation as it is stored.

    Raises:
        NotFound: there is none of this id.
    """
    stored = await documents.get(COLLECTION, identity)
    if stored is None:
        raise not_found(identity)
    return decode_recommendation(stored)


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


def not_found(identity: str) -> NotFound:
    """Return what is raised of a recommendation that nobody made."""
    return NotFound(f"recommendation {identity} does not exist")
