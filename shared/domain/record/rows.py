"""Stored request columns as records again, for people who look for one slow call."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from shared.domain.packing import NULL
from shared.domain.record.batch import Batch
from shared.domain.record.columns import end_us, trace_ids
from shared.domain.record.schema import COUNTS, HASHED, NAMES, SCALED
from shared.domain.timeline import EPOCH, MINUTE_US, rfc3339


@dataclass(frozen=True, slots=True)
class RowFilter:
    """Which requests are wanted; None takes any.

    Attributes:
        first: ends in this minute or later.
        end: ends before this minute.
        names: column -> the text it must have.
        min_duration_us: the shortest.
        trace_id: exact.
        request_id: exact.
    """

    first: int
    end: int
    names: Mapping[str, str]
    min_duration_us: int | None = None
    trace_id: str | None = None
    request_id: str | None = None

    def matches(self, batch: Batch) -> NDArray[np.int64]:
        """Return the index of the rows wanted."""
        ends = end_us(batch)
        kept = (ends >= self.first * MINUTE_US) & (ends < self.end * MINUTE_US)
        if self.min_duration_us is not None:
            kept &= batch.ints("duration_us") >= self.min_duration_us
        for name, text in self.names.items():
            table = batch.table(name)
            kept &= batch.ints(name) == (table.index(text) if text in table else len(table))
        if self.trace_id is not None:
            kept &= np.array([text == self.trace_id for text in trace_ids(batch)])
        if self.request_id is not None:
            kept &= np.array([text == self.request_id for text in batch.texts("request_id")])
        return np.flatnonzero(kept)


def request_rows(batch: Batch) -> list[dict[str, Any]]:
    """Return records as clients sent them; null fields are left out, hashes are hexadecimal."""
    columns: dict[str, list[Any]] = {
        "end_time": [rfc3339(_moment(at)) for at in end_us(batch).tolist()],
        "start_time": [rfc3339(_moment(at)) for at in batch.ints("start_us").tolist()],
        "duration_ms": [us / 1000 for us in batch.ints("duration_us").tolist()],
        "request_id": batch.texts("request_id"),
        "trace_id": trace_ids(batch),
        "error_class": batch.texts("error_class"),
        "usage_source": batch.texts("usage_source"),
        "tags": [text and msgspec.json.decode(text) for text in batch.texts("tags")],
    }
    columns |= {name: batch.texts(column) for name, column in NAMES.items()}
    columns |= {name: _known(batch, column) for name, column in COUNTS.items()}
    columns["stream"] = [None if v is None else bool(v) for v in columns["stream"]]
    for name, (column, scale) in SCALED.items():
        columns[name] = [None if v is None else v / scale for v in _known(batch, column)]
    for column in HASHED.values():
        values = _known(batch, column)
        columns[column] = [None if v is None else f"{v & (2**64 - 1):016x}" for v in values]
    temperatures = batch.floats("temperature").tolist()
    columns["temperature"] = [None if np.isnan(v) else v for v in temperatures]
    return [
        {name: values[row] for name, values in columns.items() if values[row] is not None}
        for row in range(batch.size)
    ]


def _known(batch: Batch, column: str) -> list[int | None]:
    return [None if value == NULL else value for value in batch.ints(column).tolist()]


def _moment(us: int) -> datetime:
    return EPOCH + timedelta(microseconds=us)
