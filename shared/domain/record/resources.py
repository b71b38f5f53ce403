"""How busy a machine or service beside the models is, as gauges of the very names reported."""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from shared.domain import label
from shared.domain.record.metric_record import Finite, MetricKind, MetricRecord
from shared.domain.record.request import BatchId, Moment, Name

MAX_USAGES = 200


class ResourceReport(msgspec.Struct, frozen=True):
    """What is posted to `/api/v1/resources`.

    Attributes:
        resource: which, as `vm-1`.
        usage: metric -> level; utilisations from 0 to 1.
        timestamp: when; None is on arrival, and not for a report with a batch_id.
    """

    resource: Name
    usage: Annotated[dict[Name, Finite], Meta(min_length=1, max_length=MAX_USAGES)]
    batch_id: BatchId | None = None
    timestamp: Moment | None = None


def resource_records(report: ResourceReport, at: datetime) -> list[MetricRecord]:
    """Return a gauge per usage, in the order sent; `at` is its time."""
    labels = {label.RESOURCE: report.resource}
    return [
        MetricRecord(name, MetricKind.GAUGE, at, value, attributes=labels)
        for name, value in report.usage.items()
    ]
