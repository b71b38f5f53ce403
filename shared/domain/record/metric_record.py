"""A metric value, as clients send it, and the columns it is stored in."""

from collections.abc import Sequence
from enum import StrEnum
from itertools import chain
from typing import Annotated

import msgspec
import numpy as np
from msgspec import Meta

from shared.domain.metric.names import is_quality, is_reserved
from shared.domain.packing import Column, Ints
from shared.domain.record.batch import TABLE_SUFFIX, Batch, coded
from shared.domain.record.checks import CONTROL, RowFault
from shared.domain.record.decode_words import shortened
from shared.domain.record.request import MAX_TAGS, BatchId, Moment, Name, TagText

MAX_VALUES = 10_000
# The square of a score has to be a finite double.
MAX_SCORE = 1e150
Finite = Annotated[float, Meta(ge=-1e300, le=1e300)]


class MetricKind(StrEnum):
    """What a value means.

    A counter's value is the increment since the last report, a gauge's the level at its time;
    histograms and timers (milliseconds unless their unit says otherwise) carry single observations.
    """

    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"
    TIMER = "timer"


class MetricRecord(msgspec.Struct, frozen=True, gc=False):
    """One report of a metric.

    Attributes:
        value: the increment, level or observation.
        values: several observations instead of `value`; histogram and timer only.
        unit: UCUM, as `ms` or `1`.
        attributes: the labels of its series.
        request_id: the request it judges, for quality scores.
    """

    name: Name
    kind: MetricKind
    timestamp: Moment
    value: Finite | None = None
    values: Annotated[list[Finite], Meta(min_length=1, max_length=MAX_VALUES)] | None = None
    unit: Annotated[str, Meta(max_length=64)] = "1"
    attributes: Annotated[dict[TagText, TagText], Meta(max_length=2 * MAX_TAGS)] | None = None
    request_id: Name | None = None


class MetricBatch(msgspec.Struct, frozen=True):
    """What is posted to `/api/v1/metrics`."""

    metrics: list[MetricRecord]
    batch_id: BatchId | None = None


def metric_faults(records: Sequence[MetricRecord], *, internal: bool = False) -> list[RowFault]:
    """Return what is wrong with metric records beyond the type of each field.

    Args:
        records: as decoded.
        internal: True for the monitor's own metrics, which may use reserved names.
    """
    found = ((row, _fault(record, internal=internal)) for row, record in enumerate(records))
    return [RowFault(row, *fault) for row, fault in found if fault]


def metric_columns(records: Sequence[MetricRecord]) -> tuple[Batch, Ints]:
    """Return metric records as columns, one row per single value, and the record of each row."""
    values = [[r.value] if r.values is None else r.values for r in records]
    repeats = np.array([len(each) for each in values], np.int64)
    at = np.array([record.timestamp.timestamp() for record in records], np.float64)
    columns: dict[str, Column] = {
        "at_us": np.repeat(np.rint(at * 1e6).astype(np.int64), repeats),
        "value": np.array(list(chain.from_iterable(values)), np.float64) + 0.0,
    }
    texts: dict[str, Sequence[str | None]] = {
        "name": [record.name for record in records],
        "kind": [record.kind.value for record in records],
        "unit": [record.unit for record in records],
        "attributes": [_attributes_text(record) for record in records],
        "request_id": [record.request_id for record in records],
    }
    for name, column in texts.items():
        codes, table = coded(column)
        if table:
            columns[name], columns[name + TABLE_SUFFIX] = np.repeat(codes, repeats), table
    record_of = np.repeat(np.arange(len(records)), repeats)
    return Batch(len(record_of), dict(sorted(columns.items()))), record_of


def _attributes_text(record: MetricRecord) -> str | None:
    if not record.attributes:
        return None
    return msgspec.json.encode(record.attributes, order="sorted").decode()


def _fault(record: MetricRecord, *, internal: bool) -> tuple[str, str] | None:
    if not internal and is_reserved(record.name):
        return "name", f"expected a name that is not reserved, got {record.name}"
    for field, text in (("name", record.name), ("unit", record.unit)):
        if CONTROL.search(text):
            return field, f"expected no control characters, got {shortened(repr(text))}"
    return _value_fault(record) or _attribute_fault(record)


def _value_fault(record: MetricRecord) -> tuple[str, str] | None:
    if (record.value is None) == (record.values is None):
        got = "neither" if record.value is None else "both"
        return "value", f"expected either value or values, got {got}"
    many = record.kind in (MetricKind.HISTOGRAM, MetricKind.TIMER)
    if record.values is not None and not many:
        return "values", f"expected value, not values, for a {record.kind}"
    if record.kind is MetricKind.COUNTER and (record.value or 0) < 0:
        return "value", f"expected an increment >= 0, got {record.value:g}"
    own = record.values or [record.value or 0.0]
    if is_quality(record.name) and not all(abs(value) <= MAX_SCORE for value in own):
        return "value", f"expected a score of at most {MAX_SCORE:g}, got {max(own, key=abs):g}"
    return None


def _attribute_fault(record: MetricRecord) -> tuple[str, str] | None:
    for name, text in (record.attributes or {}).items():
        if not name or name.startswith("__") or CONTROL.search(name + text):
            got = shortened(repr({name: text}))
            reason = "expected names without leading __ and no control characters"
            return "attributes", f"{reason}, got {got}"
    return None
