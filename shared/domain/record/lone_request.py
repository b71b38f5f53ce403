"""One request on its own as cells: the same bytes as any batch gives, without arrays.

Apps that post each request as it ends are the most frequent callers. For a single row the cells
are plain numbers and texts, which takes a third of the time. What is out of the ordinary, as every
record that has to be refused, is left to the general way (`request_columns`).
"""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec

from shared.domain.packing import NULL, Cell
from shared.domain.record.batch import TABLE_SUFFIX
from shared.domain.record.checks import CONTAINED
from shared.domain.record.columns import MISSING, REPORTED
from shared.domain.record.error_class import error_class
from shared.domain.record.request import RequestRecord
from shared.domain.record.schema import COUNTS, HASHED, NAMES, SCALED
from shared.domain.timeline import micros

_FAILED_STATUS = 400
_W3C_TRACE = re.compile(r"[0-9a-f]{32}")
_sorted_json = msgspec.json.Encoder(order="sorted")

type Cells = dict[str, Cell]


@dataclass(frozen=True, slots=True)
class LoneRequest:
    """The only request of a batch, acceptable.

    Attributes:
        cells: its columns, one cell each.
        end_us: when it ended, microseconds since the epoch.
    """

    cells: Cells
    end_us: int


class _Unusual(Exception):
    """The general way has to look at this."""


def lone_cells(record: RequestRecord, hash_key: bytes) -> Cells | None:
    """Return a record as cells, sorted by name; None where it may have to be refused.

    Args:
        record: as decoded; a field that was not sent may be absent.
        hash_key: key of the digests that stand for users, prompts and conversations.
    """
    cells: Cells = {}
    try:
        for name, value in zip(
            record.__struct_fields__, msgspec.structs.astuple(record), strict=True
        ):
            if value is not None:
                _PUT[name](cells, value, hash_key)
    except _Unusual:
        return None
    for part, whole in CONTAINED:
        if cells.get(part, 0) > cells.get(whole, cells.get(part, 0)):  # type: ignore[operator]
            return None
    if "deployment" not in cells:
        _code(cells, "deployment", record.model)
    _classify(cells)
    reported = "input_tokens" in cells or "output_tokens" in cells
    _code(cells, "usage_source", REPORTED if reported else MISSING)
    return dict(sorted(cells.items()))


def lone_request(
    record: RequestRecord, hash_key: bytes, *, oldest_us: int, newest_us: int
) -> LoneRequest | None:
    """Return a record that is accepted; None where the general way has to tell.

    Args:
        record: as decoded.
        hash_key: key of the digests that stand for users, prompts and conversations.
        oldest_us: the first end still accepted, microseconds since the epoch.
        newest_us: the last end already accepted.
    """
    cells = lone_cells(record, hash_key)
    if cells is None:
        return None
    end_us: int = cells["start_us"] + cells["duration_us"]  # type: ignore[operator,assignment]
    return LoneRequest(cells, end_us) if oldest_us <= end_us <= newest_us else None


def _code(cells: Cells, column: str, text: str) -> None:
    cells[column], cells[column + TABLE_SUFFIX] = 0, [text]


def _classify(cells: Cells) -> None:
    status, texts = cells.get("status_code"), cells.get("error_type" + TABLE_SUFFIX)
    if texts is None and (status is None or status < _FAILED_STATUS):  # type: ignore[operator]
        return
    word: str = texts[0] if texts else f"http_{status}"  # type: ignore[index]
    _code(cells, "error_type", word)
    _code(cells, "error_class", error_class(word, status))  # type: ignore[arg-type]


def _demand_printable(text: str) -> None:
    # No control character is printable; what else is not is for the general way to tell.
    if not text.isprintable():
        raise _Unusual


type Put = Callable[[Cells, Any, bytes], None]


def _name(column: str) -> Put:
    def put(cells: Cells, text: str, key: bytes) -> None:
        del key
        _demand_printable(text)
        cells[column] = 0
        cells[column + TABLE_SUFFIX] = [text]

    return put


def _hash(column: str) -> Put:
    def put(cells: Cells, text: str, key: bytes) -> None:
        _demand_printable(text)
        digest = hashlib.blake2b(text.encode(), digest_size=8, key=key).digest()
        cells[column] = max(int.from_bytes(digest, "little", signed=True), NULL + 1)

    return put


def _number(column: str) -> Put:
    def put(cells: Cells, value: int, key: bytes) -> None:
        del key
        cells[column] = int(value)

    return put


def _scaled(column: str, scale: float) -> Put:
    def put(cells: Cells, value: float, key: bytes) -> None:
        del key
        cells[column] = round(value * scale)

    return put


def _put_start(cells: Cells, moment: Any, key: bytes) -> None:
    del key
    cells["start_us"] = micros(moment)


def _put_temperature(cells: Cells, value: float, key: bytes) -> None:
    del key
    cells["temperature"] = float(value)


def _put_request_id(cells: Cells, text: str, key: bytes) -> None:
    del key
    _demand_printable(text)
    cells["request_id"] = [text]


def _put_trace(cells: Cells, text: str, key: bytes) -> None:
    del key
    if not _W3C_TRACE.fullmatch(text):
        raise _Unusual
    packed = bytes.fromhex(text)
    cells["trace_high"] = int.from_bytes(packed[:8], "big", signed=True)
    cells["trace_low"] = int.from_bytes(packed[8:], "big", signed=True)
    if NULL in (cells["trace_high"], cells["trace_low"]):
        raise _Unusual


def _put_tags(cells: Cells, tags: dict[str, str], key: bytes) -> None:
    del key
    if not tags:
        return
    text = _sorted_json.encode(tags).decode()
    if "\\" in text or not text.isprintable():
        raise _Unusual
    _code(cells, "tags", text)


_PUT: dict[str, Put] = {
    **{name: _name(column) for name, column in NAMES.items()},
    **{name: _hash(column) for name, column in HASHED.items()},
    **{name: _number(column) for name, column in COUNTS.items()},
    **{name: _scaled(*target) for name, target in SCALED.items()},
    "start_time": _put_start,
    "duration_ms": _scaled("duration_us", 1e3),
    "temperature": _put_temperature,
    "request_id": _put_request_id,
    "trace_id": _put_trace,
    "tags": _put_tags,
}
