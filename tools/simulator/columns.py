"""A table of requests as columns: one numpy array per field of the contract, all of one length.

The column `start_ms` stands for `start_time`; a field that a request lacks is None in a column of
objects and left out of its record.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tools.simulator.clock import to_text

type Columns = dict[str, NDArray[Any]]


def length(columns: Columns) -> int:
    """Return how many rows there are."""
    return len(columns["start_ms"])


def constant(value: object, rows: int) -> NDArray[Any]:
    """Return a column that holds one value throughout."""
    return np.full(rows, value, dtype=object)


def optional(values: NDArray[Any], present: NDArray[np.bool_]) -> NDArray[Any]:
    """Return a column of objects: the values, None where they are not present."""
    column: NDArray[Any] = values.astype(object)
    column[~present] = None
    return column


def text(values: Sequence[str]) -> NDArray[Any]:
    """Return a column of text."""
    return np.array(values, dtype=object)


def take(columns: Columns, index: NDArray[Any]) -> Columns:
    """Return the rows an index or a mask selects, in its order."""
    return {name: values[index] for name, values in columns.items()}


def stack(parts: Sequence[Columns]) -> Columns:
    """Return the rows of all parts, one part after the other."""
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def end_ms(columns: Columns) -> NDArray[np.float64]:
    """Return when each request ended, milliseconds since 1970."""
    ended: NDArray[np.float64] = columns["start_ms"] + columns["duration_ms"]
    return ended


def records(columns: Columns, first: int = 0, last: int | None = None) -> list[dict[str, Any]]:
    """Return rows first..last-1 as records of `POST /api/v1/requests`."""
    fields: dict[str, list[Any]] = {
        name: values[first:last].tolist() for name, values in columns.items()
    }
    fields["start_time"] = to_text(columns["start_ms"][first:last])
    del fields["start_ms"]
    names = list(fields)
    return [
        {name: value for name, value in zip(names, row, strict=True) if value is not None}
        for row in zip(*fields.values(), strict=True)
    ]
