"""The gauge `model_requests_in_progress`, once a minute: how many sessions wait for their answer.

A document keeps the labels under which the gauge may stand above zero. It is written before a new
one does, and after those that are gone were reported as zero, so that whatever stops in between,
the gauge comes down.
"""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime

import msgspec

from shared.domain import label
from shared.domain.label import Labels
from shared.domain.metric.names import REQUESTS_IN_PROGRESS
from shared.domain.record.decoding import Decoded
from shared.domain.record.metric_record import MetricKind, MetricRecord
from shared.domain.timeline import instant, minute_of
from shared.errors import Conflict, Stale
from shared.services.ingest import IngestPorts
from shared.services.metric_registry import MetricRegistry
from shared.services.metrics import store_metrics
from shared.services.ports import Document, Documents

COLLECTION = "sessions"
UNIT = "{request}"
MAX_LABEL_SETS = 200

# One document holds this many sets of labels of this size: 900 kB.
_MOST_KEPT = 450
_MOST_LABEL_BYTES = 2_000
_KEY = "in_progress"
_TRIES = 5
_OTHER: Labels = ((label.MODEL, label.OTHER),)
_labels = msgspec.json.Decoder(list[Labels])


async def record_in_progress(
    counts: Mapping[Labels, int],
    *,
    now: datetime,
    documents: Documents,
    registry: MetricRegistry,
    ports: IngestPorts,
) -> int:
    """Store the gauge of a minute; of several runs in it the first one counts.

    Args:
        counts: labels -> sessions in progress.
        now: the clock, UTC.
        documents: where the labels in use are kept.
        registry: the kind and unit of metrics.
        ports: where the gauge goes.

    Returns:
        How many values there are; 0 where nothing is in progress, nor was.

    Raises:
        Stale: another run is at it.
    """
    current = bounded(counts)
    for _ in range(_TRIES):
        stored = await documents.get(COLLECTION, _KEY)
        known = _labels.decode(stored.body) if stored else []
        gone = [labels for labels in known if labels not in current]
        if len(gone) + len(current) > len(known):
            await _keep([*gone, *current][-_MOST_KEPT:], stored, documents)
            continue
        values = dict.fromkeys(gone, 0) | current
        if values and await _store(values, now, registry, ports) and gone:
            await _keep(list(current), stored, documents)
        return len(values)
    raise Stale("the labels of sessions in progress keep changing")


def bounded(counts: Mapping[Labels, int]) -> dict[Labels, int]:
    """Return the 200 largest counts; what is smaller, or has longest names, is `__other__`."""
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    short = {labels: n for labels, n in ranked if _size_bytes(labels) <= _MOST_LABEL_BYTES}
    kept = dict(list(short.items())[:MAX_LABEL_SETS])
    rest = sum(counts.values()) - sum(kept.values())
    return kept | ({_OTHER: rest} if rest else {})


async def _store(
    values: Mapping[Labels, int], now: datetime, registry: MetricRegistry, ports: IngestPorts
) -> bool:
    """Store the values of a minute; return False where another run stored others."""
    at = instant(minute_of(now))
    records = [
        MetricRecord(REQUESTS_IN_PROGRESS, MetricKind.GAUGE, at, float(n), None, UNIT, dict(labels))
        for labels, n in sorted(values.items())
    ]
    batch_id = f"inprogress-{at:%Y%m%d%H%M}"
    batch = Decoded(batch_id, records, range(len(records)), [], {}, len(records))
    try:
        await store_metrics(batch, registry=registry, ports=ports, internal=True)
    except Conflict:
        return False
    return True


async def _keep(names: list[Labels], stored: Document | None, documents: Documents) -> None:
    body = msgspec.json.encode(names)
    with suppress(Stale):
        await documents.put(COLLECTION, Document(_KEY, body, stored.etag if stored else None))


def _size_bytes(labels: Labels) -> int:
    return len(msgspec.json.encode(labels))
