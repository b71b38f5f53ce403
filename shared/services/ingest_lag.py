"""Keeping `ingest_lag_s`: noted while the rollup fetches what is new, stored once it has run.

Noting it costs no read, since chunks say themselves when they were received; a minute in which
something arrived costs one insert, and is rolled up like any metric. What a run that failed has met
is told by the next one of the same process; if the process ends in between, those observations are
lost, and only those.
"""

import msgspec

from shared.domain.identity import identity_of
from shared.domain.metric.ingest_lag import OWN_BATCHES, lag_records
from shared.domain.record.decoding import Decoded
from shared.domain.timeline import instant, minute_of
from shared.services.arrivals import Arrivals
from shared.services.ingest import IngestPorts
from shared.services.metric_registry import MetricRegistry
from shared.services.metrics import store_metrics


async def record_ingest_lag(
    arrivals: Arrivals,
    behind_s: float | None,
    *,
    registry: MetricRegistry,
    ports: IngestPorts,
) -> int:
    """Store the metric of a rollup's run; return how many series it has.

    Args:
        arrivals: what the run has taken in.
        behind_s: how far rollups were behind when the run began; None before the first run.
        registry: the kind and unit of metrics.
        ports: where the metric goes, and the clock.
    """
    at = instant(minute_of(ports.clock()))
    records = lag_records(at, arrivals.told(), behind_s)
    if not records:
        return 0
    # The content is part of the name: of several runs in a minute each tells what it has met.
    content = identity_of(msgspec.json.encode(records).decode())
    batch_id = f"{OWN_BATCHES[0]}{at:%Y%m%d%H%M}-{content}"
    batch = Decoded(batch_id, records, range(len(records)), [], {}, len(records))
    await store_metrics(batch, registry=registry, ports=ports, internal=True)
    return len(records)
