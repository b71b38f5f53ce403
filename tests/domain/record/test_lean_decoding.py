"""Lean decoding accepts and refuses exactly what general decoding does."""

import json
from typing import Any

import hypothesis.strategies as st
import msgspec
import pytest
from hypothesis import given

from shared.domain.record.checks import request_faults
from shared.domain.record.columns import columns_of
from shared.domain.record.decoding import BatchDecoder, Decoded
from shared.domain.record.lean_decoding import LeanDecoder
from shared.domain.record.request import RequestRecord
from shared.errors import InvalidInput

GENERAL = BatchDecoder("requests", RequestRecord)
LEAN = LeanDecoder("requests", RequestRecord)
GOOD = {"model": "m", "start_time": "2026-11-23T10:00:00Z", "duration_ms": 1.5}

items = st.lists(
    st.sampled_from(
        [
            GOOD,
            {**GOOD, "input_tokens": 5},
            {**GOOD, "input_tokens": None, "output_tokens": 3},
            {**GOOD, "duration_ms": -5},
            {**GOOD, "foo": 1},
            {"model": "m"},
            7,
        ]
    ),
    max_size=6,
)


def told(decoder: Any, body: bytes, *, strict: bool) -> tuple[Any, ...]:
    """Return what a decoder makes of a body, without the types of its records."""
    try:
        decoded: Decoded[Any] = decoder.decode(body, strict=strict)
    except InvalidInput as error:
        return (error.faults,)
    records = [
        {name: value for name, value in msgspec.structs.asdict(item).items() if value is not None}
        for item in decoded.items
    ]
    return (
        records,
        list(decoded.positions),
        decoded.rejected,
        decoded.unknown_fields,
        decoded.batch_id,
        decoded.total,
    )


@given(items, st.booleans(), st.sampled_from([None, "b-1", "not valid", 5]))
def test_lean_and_general_decoding_agree(
    sent: list[Any], strict: bool, batch_id: str | int | None
) -> None:
    body = json.dumps({"batch_id": batch_id, "requests": sent}).encode()
    assert told(LEAN, body, strict=strict) == told(GENERAL, body, strict=strict)


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"{}", b'{"requests": {}}', b'{"requests": [{]}', b'\xff{"requests": [{'],
)
def test_what_is_not_a_batch_is_refused_alike(body: bytes) -> None:
    assert told(LEAN, body, strict=False) == told(GENERAL, body, strict=False)


def test_a_record_has_just_the_fields_that_were_sent() -> None:
    decoded = LEAN.decode(json.dumps({"requests": [GOOD, GOOD]}).encode())
    assert set(decoded.items[0].__struct_fields__) == set(GOOD)


def test_a_field_that_was_not_sent_is_not_at_fault() -> None:
    decoded = LEAN.decode(json.dumps({"requests": [GOOD | {"model": "a\x01"}]}).encode())
    faults = request_faults(decoded.items, columns_of(decoded.items, b"key"))
    assert [fault.field for fault in faults] == ["model"]


def test_a_misleading_batch_id_does_not_matter() -> None:
    body = b'{"batch_id": "x", "requests": [' + json.dumps(GOOD).encode() + b"]}"
    misled = b'{"unknown": "\\"requests\\" {}", ' + body[1:]
    assert len(LEAN.decode(misled).items) == 1
