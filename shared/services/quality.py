"""Taking in quality scores."""

from collections.abc import Collection

from shared.domain.record.object_decoding import ObjectDecoder
from shared.domain.record.quality import QualityReport, Score, quality_records
from shared.services.gauges import GaugeReport, report_time, store_gauges
from shared.services.ingest import IngestAnswer, IngestPorts
from shared.services.metric_registry import MetricRegistry

_REPORTS = ObjectDecoder(QualityReport, entries={"scores": Score})


async def ingest_quality(
    body: bytes,
    *,
    strict: bool,
    series_tags: Collection[str],
    registry: MetricRegistry,
    ports: IngestPorts,
) -> IngestAnswer:
    """Store the scores of a JSON body; see the HTTP contract.

    Raises:
        InvalidInput: malformed, or a score is not acceptable; then none is stored.
        Conflict: its batch_id was used before with other content.
    """
    report, unknown = _REPORTS.decode(body, strict=strict)
    at = report_time(report.timestamp, report.batch_id, ports.clock())
    records = quality_records(report, at, series_tags)
    gauges = GaugeReport("scores", list(report.scores), records, report.batch_id, unknown)
    return await store_gauges(gauges, registry=registry, ports=ports)
