"""What is wrong with request records beyond the type of each field."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import chain
from typing import Any

import numpy as np

from shared.domain.packing import NULL, Ints
from shared.domain.record.batch import Batch
from shared.domain.record.decode_words import shortened
from shared.domain.record.request import RequestRecord
from shared.domain.record.schema import HASHED, NAMES
from shared.domain.timeline import EPOCH, rfc3339

CONTAINED = (
    ("cached_input_tokens", "input_tokens"),
    ("reasoning_tokens", "output_tokens"),
)
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_IDS = ("request_id", "trace_id")


@dataclass(frozen=True, slots=True)
class RowFault:
    """What is wrong with one row.

    Attributes:
        row: its index in the batch.
        field: the field as clients name it.
        reason: what was expected and what came, or a code of the contract.
        detail: more on a reason that is a code; empty for others.
    """

    row: int
    field: str
    reason: str
    detail: str = ""


def request_faults(records: Sequence[RequestRecord], batch: Batch) -> list[RowFault]:
    """Return what is wrong with records: control characters in names, parts above their whole.

    Args:
        records: as decoded; a field that none was sent with may be absent.
        batch: the same records as columns.
    """
    tables = [column for column in batch.columns.values() if isinstance(column, list)]
    suspects = [name for name in HASHED if HASHED[name] in batch.columns]
    if _any_control(chain.from_iterable(tables)):
        suspects += [
            *(name for name, column in NAMES.items() if _has_control(batch.table(column))),
            *(name for name in _IDS if _has_control(batch.columns.get(name))),
        ]
    faults = [fault for name in suspects for fault in _control_faults(records, name)]
    if "tags" in batch.columns and _suspicious_tags(batch.table("tags")):
        faults += _tag_faults(records)
    return faults + _containment_faults(batch)


def time_faults(times: Ints, field: str, *, oldest_us: int, newest_us: int) -> list[RowFault]:
    """Return the rows whose time lies outside what is accepted.

    Args:
        times: when each request ended or each metric was taken, microseconds since the epoch.
        field: the field that says so.
        oldest_us: the first time still accepted.
        newest_us: the last time already accepted.
    """
    if len(times) == 0 or (oldest_us <= times.min() and times.max() <= newest_us):
        return []
    ahead = f"expected an end until {_moment(newest_us)}, 5 minutes ahead of the server's clock"
    kept = f"expected an end since {_moment(oldest_us)}, within the retention of raw records"
    outside = [(row, ahead) for row in np.flatnonzero(times > newest_us).tolist()]
    outside += [(row, kept) for row in np.flatnonzero(times < oldest_us).tolist()]
    return [
        RowFault(row, field, f"{reason}, got {_moment(int(times[row]))}") for row, reason in outside
    ]


def _moment(time_us: int) -> str:
    try:
        return rfc3339(EPOCH + timedelta(microseconds=time_us))
    except OverflowError:
        return "a time beyond the year 9999"


def _control_faults(records: Sequence[RequestRecord], field: str) -> list[RowFault]:
    texts: list[str | None] = [getattr(record, field, None) for record in records]
    if not _any_control(filter(None, texts)):
        return []
    return [
        RowFault(row, field, f"expected no control characters, got {shortened(repr(text))}")
        for row, text in enumerate(texts)
        if text is not None and CONTROL.search(text)
    ]


def _has_control(texts: Any) -> bool:
    return isinstance(texts, list) and _any_control(texts)


def _any_control(texts: Iterable[str]) -> bool:
    # No control character is printable, and that is asked twice as fast.
    joined = "".join(texts)
    return not joined.isprintable() and bool(CONTROL.search(joined))


def _suspicious_tags(texts: Sequence[str]) -> bool:
    return "\\" in "".join(texts) or _any_control(texts)


def _tag_faults(records: Sequence[RequestRecord]) -> list[RowFault]:
    return [
        RowFault(row, "tags", f"expected no control characters, got {shortened(repr(record.tags))}")
        for row, record in enumerate(records)
        if record.tags and _tags_have_control(record.tags)
    ]


def _tags_have_control(tags: Mapping[str, str]) -> bool:
    return any(CONTROL.search(text) for pair in tags.items() for text in pair)


def _containment_faults(batch: Batch) -> list[RowFault]:
    faults: list[RowFault] = []
    for part, whole in CONTAINED:
        if part not in batch.columns or whole not in batch.columns:
            continue
        inner, outer = batch.ints(part), batch.ints(whole)
        wrong = (inner != NULL) & (outer != NULL) & (inner > outer)
        faults += [
            RowFault(row, part, f"expected at most {whole} ({outer[row]}), got {inner[row]}")
            for row in np.flatnonzero(wrong).tolist()
        ]
    return faults
