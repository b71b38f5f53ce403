"""Request records as the columns a chunk stores."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import numpy as np

from shared.domain.packing import NULL, Column, Ints
from shared.domain.record.batch import TABLE_SUFFIX, Batch, coded
from shared.domain.record.error_class import error_class
from shared.domain.record.moments import micros_of
from shared.domain.record.request import RequestRecord
from shared.domain.record.schema import COUNTS, HASHED, NAMES, SCALED

_TRACE_DIGITS = 32
_NO_TRACE = "0" * _TRACE_DIGITS
_W3C_TRACE = re.compile(r"[0-9a-f]{32}")
_NO_DIGEST = bytes(8)
_NO_TAGS = ("null", "{}")
_sorted_json = msgspec.json.Encoder(order="sorted")
REPORTED, MISSING = "reported", "missing"

type Values = Mapping[str, Sequence[Any]]


def columns_of(records: Sequence[RequestRecord], hash_key: bytes) -> Batch:
    """Return records as columns.

    Args:
        records: decoded records, at least one, all of one type.
        hash_key: key of the digests that stand for users, prompts and conversations.
    """
    values = _present_fields(records)
    columns: dict[str, Column] = {}
    _add_times(columns, values)
    for name in NAMES.keys() & values.keys():
        _add_coded(columns, NAMES[name], values[name])
    for name in HASHED.keys() & values.keys():
        columns[HASHED[name]] = _hashes(values[name], hash_key)
    if any(values.get("tags", ())):
        _add_coded(columns, "tags", _tags_texts(values["tags"]))
    _add_numbers(columns, values)
    _add_ids(columns, values)
    _default_deployment(columns, len(records))
    _classify(columns, len(records))
    _add_usage_source(columns, len(records))
    return Batch(len(records), dict(sorted(columns.items())), compact=True)


def end_us(batch: Batch) -> Ints:
    """Return when each request ended, microseconds since the epoch."""
    return batch.ints("start_us") + batch.ints("duration_us")


def trace_ids(batch: Batch) -> list[str | None]:
    """Return the trace id of each row, None where unknown."""
    others = batch.texts("trace_id")
    high = batch.ints("trace_high")
    text = np.stack([high, batch.ints("trace_low")], axis=1).astype(">i8").tobytes().hex()
    digits = (text[at : at + _TRACE_DIGITS] for at in range(0, len(text), _TRACE_DIGITS))
    packed = (high != NULL).tolist()
    return [own if w3c else other for own, w3c, other in zip(digits, packed, others, strict=True)]


def _present_fields(records: Sequence[RequestRecord]) -> dict[str, Sequence[Any]]:
    columns = zip(*map(msgspec.structs.astuple, records), strict=True)
    fields = zip(records[0].__struct_fields__, columns, strict=True)
    return {
        name: values
        for name, values in fields
        if values[0] is not None or values.count(None) < len(values)
    }


def _add_times(columns: dict[str, Column], values: Values) -> None:
    columns["start_us"] = micros_of(values["start_time"])
    durations = np.array(values["duration_ms"], np.float64)
    columns["duration_us"] = np.rint(durations * 1e3).astype(np.int64)


def _add_coded(columns: dict[str, Column], column: str, texts: Sequence[str | None]) -> None:
    columns[column], columns[column + TABLE_SUFFIX] = coded(texts)


def _add_numbers(columns: dict[str, Column], values: Values) -> None:
    for name in COUNTS.keys() & values.keys():
        columns[COUNTS[name]] = _whole(values[name], 1.0)
    for name in SCALED.keys() & values.keys():
        column, scale = SCALED[name]
        columns[column] = _whole(values[name], scale)
    if "temperature" in values:
        columns["temperature"] = np.array(values["temperature"], np.float64)


def _add_ids(columns: dict[str, Column], values: Values) -> None:
    if "request_id" in values:
        columns["request_id"] = [value or "" for value in values["request_id"]]
    if "trace_id" in values:
        columns |= _trace_columns([value or "" for value in values["trace_id"]])


def _hashes(texts: Sequence[str | None], key: bytes) -> Ints:
    keyed = hashlib.blake2b(digest_size=8, key=key)
    digests: dict[str | None, bytes] = {None: _NO_DIGEST}
    for text in filter(None, {*texts}):
        digest = keyed.copy()
        digest.update(text.encode())
        digests[text] = digest.digest()
    joined = b"".join(map(digests.__getitem__, texts))
    hashes: Ints = np.maximum(np.frombuffer(joined, "<i8"), NULL + 1)
    if None in texts:
        hashes[[text is None for text in texts]] = NULL
    return hashes


def _whole(values: Sequence[float | None], scale: float) -> Ints:
    if scale == 1.0 and None not in values:
        return np.array(values, np.int64)
    numbers = np.array(values, np.float64)
    known = ~np.isnan(numbers)
    whole = np.full(len(values), NULL, np.int64)
    whole[known] = np.rint(numbers[known] * scale).astype(np.int64)
    return whole


def _tags_texts(values: Sequence[Mapping[str, str] | None]) -> Sequence[str | None]:
    lines = _sorted_json.encode_lines(values).decode().removesuffix("\n").split("\n")
    if all(line not in lines for line in _NO_TAGS):
        return lines
    return [None if line in _NO_TAGS else line for line in lines]


def _trace_columns(texts: list[str]) -> dict[str, Column]:
    w3c = texts
    if not _all_w3c(texts):
        w3c = [text if _W3C_TRACE.fullmatch(text) else _NO_TRACE for text in texts]
    halves = np.frombuffer(bytes.fromhex("".join(w3c)), ">i8").astype(np.int64).reshape(-1, 2)
    packed = (halves != NULL).all(axis=1)
    if w3c is not texts:
        packed &= [text is own for text, own in zip(texts, w3c, strict=True)]
    columns: dict[str, Column] = {}
    if packed.any():
        halves[~packed] = NULL
        columns["trace_high"] = np.ascontiguousarray(halves[:, 0])
        columns["trace_low"] = np.ascontiguousarray(halves[:, 1])
    if not packed.all():
        pairs = zip(texts, packed.tolist(), strict=True)
        columns["trace_id"] = ["" if own else text for text, own in pairs]
    return columns


def _all_w3c(texts: Sequence[str]) -> bool:
    joined = "".join(texts)
    try:
        return {*map(len, texts)} == {_TRACE_DIGITS} and bytes.fromhex(joined).hex() == joined
    except ValueError:
        return False


def _add_usage_source(columns: dict[str, Column], size: int) -> None:
    batch = Batch(size, columns)
    missing = (batch.ints("input_tokens") == NULL) & (batch.ints("output_tokens") == NULL)
    uniform = missing.all() or not missing.any()
    columns["usage_source"] = np.zeros(size, np.int64) if uniform else missing.astype(np.int64)
    table = [MISSING if missing[0] else REPORTED] if uniform else [REPORTED, MISSING]
    columns["usage_source" + TABLE_SUFFIX] = table


def _default_deployment(columns: dict[str, Column], size: int) -> None:
    batch = Batch(size, columns)
    if "deployment" in columns and (batch.ints("deployment") != NULL).all():
        return
    pairs = zip(batch.texts("deployment"), batch.texts("model"), strict=True)
    _add_coded(columns, "deployment", [name or model for name, model in pairs])


def _classify(columns: dict[str, Column], size: int) -> None:
    batch = Batch(size, columns)
    types, status = batch.ints("error_type"), batch.ints("status_code")
    failed = (types != NULL) | (status >= 400)
    if not failed.any():
        return
    rows, table = np.flatnonzero(failed), batch.table("error_type")
    pairs = list(zip(types[rows].tolist(), status[rows].tolist(), strict=True))
    known = {pair: _failure(*pair, table) for pair in {*pairs}}
    for name, at in (("error_type", 0), ("error_class", 1)):
        column = np.full(size, NULL, np.int64)
        column[rows], columns[name + TABLE_SUFFIX] = coded([known[pair][at] for pair in pairs])
        columns[name] = column


def _failure(type_code: int, status: int, table: Sequence[str]) -> tuple[str, str]:
    """Return type and class of a failure; `NULL` for a type or status that was not sent."""
    code = None if status == NULL else status
    word = f"http_{code}" if type_code == NULL else table[type_code]
    return word, error_class(word, code)
