"""Storing a report of several gauges: all of them, or none with every fault named."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from shared.domain.record.checks import RowFault, time_faults
from shared.domain.record.decoding import Decoded
from shared.domain.record.metric_record import MetricRecord, metric_faults
from shared.domain.record.object_decoding import refused
from shared.domain.timeline import micros
from shared.errors import Fault, InvalidInput
from shared.services.ingest import IngestAnswer, IngestPorts
from shared.services.metric_registry import MetricRegistry
from shared.services.metrics import store_metrics
from shared.services.storing import AHEAD


@dataclass(frozen=True, slots=True)
class GaugeReport:
    """Gauges that were reported together.

    Attributes:
        field: where they stand in the body, as `scores`.
        names: each gauge's name there.
        records: each gauge, all of one time.
        batch_id: the client's, or None.
        unknown_fields: of the body.
    """

    field: str
    names: Sequence[str]
    records: Sequence[MetricRecord]
    batch_id: str | None
    unknown_fields: Mapping[str, int]


def report_time(given: datetime | None, batch_id: str | None, now: datetime) -> datetime:
    """Return the time of a report.

    Raises:
        InvalidInput: it has a batch_id but no time, so that a retry would land elsewhere.
    """
    if given is None and batch_id is not None:
        reason = "required with a batch_id: a retry must land where the first try did"
        raise InvalidInput.at("timestamp", reason)
    return given or now


async def store_gauges(
    report: GaugeReport, *, registry: MetricRegistry, ports: IngestPorts
) -> IngestAnswer:
    """Store a report.

    Raises:
        InvalidInput: a name, value or time is not acceptable.
        Conflict: its batch_id was used before with other content.
    """
    records = report.records
    _check(report, metric_faults(records) or _time_faults(records[0].timestamp, ports))
    _check(report, await registry.conflicts(records))
    decoded = Decoded(
        report.batch_id, records, range(len(records)), [], dict(report.unknown_fields), len(records)
    )
    return await store_metrics(
        decoded, registry=registry, ports=ports, internal=False, noun=report.field
    )


def _time_faults(at: datetime, ports: IngestPorts) -> list[RowFault]:
    now = ports.clock()
    oldest_us, newest_us = micros(now - ports.retention), micros(now + AHEAD)
    times = np.array([micros(at)], np.int64)
    return time_faults(times, "timestamp", oldest_us=oldest_us, newest_us=newest_us)


def _check(report: GaugeReport, found: Sequence[RowFault]) -> None:
    if found:
        raise refused([Fault(_path(report, fault), fault.reason, fault.detail) for fault in found])


def _path(report: GaugeReport, fault: RowFault) -> str:
    if fault.field == "timestamp":
        return fault.field
    return "tags" if fault.field == "attributes" else f"{report.field}.{report.names[fault.row]}"
