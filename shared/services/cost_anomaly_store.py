"""Where spend anomalies are kept: in order of their start, for 400 days."""

from datetime import datetime, timedelta

import msgspec

from shared.domain.cost_anomaly.anomaly import CostAnomaly
from shared.domain.span import Span
from shared.domain.timeline import instant
from shared.services.paging import latest_first
from shared.services.ports import Document, Documents

COLLECTION = "costanomalies"
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
    every = {each.key: decode_anomaly(each) for each in stored}
    placed = {key: each for key, each in every.items() if each.start < end and each.end > first}
    return AnomalyPage(*latest_first(placed, limit=limit, after=after))


async def forget_anomalies(before: datetime, *, documents: Documents) -> int:
    """Delete the anomalies that began before a time; return how many that were."""
    old = await documents.list(COLLECTION, end=_hour(before))
    for document in old:
        await documents.delete(COLLECTION, document)
    return len(old)


async def recent_anomalies(start: datetime, *, documents: Documents) -> dict[str, Document]:
    """Return key -> document of those that one which began at a time may belong to."""
    stored = await documents.list(COLLECTION, first=_hour(start - _RECENT))
    return {each.key: each for each in stored}


def decode_anomaly(document: Document) -> CostAnomaly:
    """Return the anomaly that a document holds."""
    return _decode(document.body)


async def store_anomaly(
    anomaly: CostAnomaly, known: dict[str, Document], *, documents: Documents
) -> None:
    """Store an anomaly in place of what is known of it, and note what is known from then on.

    Args:
        anomaly: new, or grown.
        known: key -> document, as read; the anomaly's own is replaced.
        documents: where to.

    Raises:
        Stale: another run is writing it.
    """
    key = f"{_hour(anomaly.start)}|{anomaly.id}"
    before = known.get(key)
    etag = before.etag if before else None
    changed = Document(key, msgspec.json.encode(anomaly), etag)
    known[key] = await documents.put(COLLECTION, changed)


def _hour(moment: datetime) -> str:
    return f"{moment:%Y%m%d%H}"
