"""Taking in batches of metrics."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import numpy as np

from shared.domain.record.batch import Batch
from shared.domain.record.checks import RowFault, time_faults
from shared.domain.record.decoding import BatchDecoder, Decoded
from shared.domain.record.metric_record import MetricRecord, metric_columns, metric_faults
from shared.domain.rollup.measures import Kind
from shared.services.ingest import (
    Columns,
    IngestAnswer,
    IngestPorts,
    accepted_bounds,
    near,
    store_decoded,
)
from shared.services.metric_registry import MetricRegistry

METRICS = BatchDecoder("metrics", MetricRecord)


async def ingest_metrics(
    body: bytes, *, strict: bool, registry: MetricRegistry, ports: IngestPorts
) -> IngestAnswer:
    """Store the metrics of a JSON body; see the HTTP contract.

    Raises:
        InvalidInput: malformed, or nothing in it is valid.
        Conflict: its batch_id was used before with other content.
    """
    decoded = await near(lambda: METRICS.decode(body, strict=strict), len(body))
    return await store_metrics(decoded, registry=registry, ports=ports, internal=False)


async def store_metrics(
    decoded: Decoded[MetricRecord],
    *,
    registry: MetricRegistry,
    ports: IngestPorts,
    internal: bool,
    noun: str = "metrics",
) -> IngestAnswer:
    """Store decoded metric records.

    Args:
        decoded: the records.
        registry: the kind and unit that each name has for good.
        ports: where they go.
        internal: True for the monitor's own metrics, which may use reserved names.
        noun: what the body calls its items.
    """
    received = ports.clock()
    columns: Columns | None = None
    if decoded.items:
        faults = metric_faults(decoded.items, internal=internal)
        faults += await registry.conflicts(decoded.items)
        columns = _metric_columns(decoded.items, faults, received, ports.retention)
    return await store_decoded(Kind.METRIC, noun, decoded, columns, received, ports)


def _metric_columns(
    items: Sequence[MetricRecord],
    faults: list[RowFault],
    received: datetime,
    retention: timedelta,
) -> Columns | None:
    bad = {fault.row for fault in faults}
    good = [at for at in range(len(items)) if at not in bad]
    if not good:
        return Columns(Batch(0), np.empty(0, np.int64), np.empty(0, np.int64), faults)
    batch, record_of = metric_columns([items[at] for at in good])
    times = batch.ints("at_us")
    owner = np.array(good, np.int64)[record_of]
    late = time_faults(times, "timestamp", **accepted_bounds(received, retention))
    faults += {owner[f.row]: RowFault(int(owner[f.row]), f.field, f.reason) for f in late}.values()
    return Columns(batch, times, owner, faults)
