"""Taking in how busy resources are."""

from shared.domain.record.metric_record import Finite
from shared.domain.record.object_decoding import ObjectDecoder
from shared.domain.record.resources import ResourceReport, resource_records
from shared.services.gauges import GaugeReport, report_time, store_gauges
from shared.services.ingest import IngestAnswer, IngestPorts
from shared.services.metric_registry import MetricRegistry

_REPORTS = ObjectDecoder(ResourceReport, entries={"usage": Finite})


async def ingest_resources(
    body: bytes, *, strict: bool, registry: MetricRegistry, ports: IngestPorts
) -> IngestAnswer:
    """Store the usage of a JSON body; see the HTTP contract.

    Raises:
        InvalidInput: malformed, or a name or value is not acceptable; then none is stored.
        Conflict: its batch_id was used before with other content.
    """
    report, unknown = _REPORTS.decode(body, strict=strict)
    at = report_time(report.timestamp, report.batch_id, ports.clock())
    records = resource_records(report, at)
    gauges = GaugeReport("usage", list(report.usage), records, report.batch_id, unknown)
    return await store_gauges(gauges, registry=registry, ports=ports)
