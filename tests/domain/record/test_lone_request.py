"""A request on its own gives the very chunk that it gives as a batch of one."""

from typing import Any

import pytest
from hypothesis import given

from shared.domain.record.checks import request_faults
from shared.domain.record.chunk import Chunk, lone_chunk, make_chunks
from shared.domain.record.columns import columns_of, end_us
from shared.domain.record.lone_request import lone_cells, lone_request
from shared.domain.record.request import RequestRecord
from shared.domain.record.schema import COUNTS, HASHED, NAMES, SCALED
from shared.domain.rollup.measures import Kind
from tests.domain.factories import HASH_KEY, request, requests


def _alone(record: RequestRecord) -> Chunk | None:
    lone = lone_request(record, HASH_KEY, oldest_us=0, newest_us=1 << 62)
    if lone is None:
        return None
    return lone_chunk(Kind.REQUEST, "b", lone.cells, lone.end_us, received_us=7)


def _as_batch(record: RequestRecord) -> Chunk:
    batch = columns_of([record], HASH_KEY)
    (chunk,) = make_chunks(
        Kind.REQUEST,
        int(end_us(batch)[0]) // 300_000_000 * 5,
        "b",
        batch,
        end_us(batch),
        received_us=7,
        limit_bytes=1 << 20,
    )
    return chunk


@given(requests())
def test_whatever_is_taken_this_way_is_the_same_chunk(record: RequestRecord) -> None:
    chunk = _alone(record)

    assert chunk is None or chunk == _as_batch(record)


_EVERY_FIELD: dict[str, Any] = {
    **{name: f"a {name}" for name in NAMES},
    **{name: f"a {name}" for name in HASHED},
    **dict.fromkeys(COUNTS, 3),
    **dict.fromkeys(SCALED, 0.0025),
    "input_tokens": 10,
    "output_tokens": 10,
    "status_code": 429,
    "stream": True,
    "temperature": 0.7,
    "request_id": "r-1",
    "trace_id": "0af7651916cd43dd8448eb211c80319c",
    "tags": {"team": "web", "a": "ü"},
}


@pytest.mark.parametrize("without", ["", *sorted(_EVERY_FIELD.keys() - {"model"})])
def test_no_usual_field_needs_the_general_way(without: str) -> None:
    record = request(**{name: value for name, value in _EVERY_FIELD.items() if name != without})

    assert _alone(record) == _as_batch(record)


@pytest.mark.parametrize(
    "fields",
    [
        {"model": "a\nb"},
        {"user": "a\x00b"},
        {"request_id": "\x85"},
        {"tags": {"a": "b\n"}},
        {"tags": {"a": 'quoted "b"'}},
        {"trace_id": "not of the W3C"},
        {"trace_id": "8" + "0" * 31},
        {"input_tokens": 1, "cached_input_tokens": 2},
        {"output_tokens": 1, "reasoning_tokens": 2},
    ],
    ids=str,
)
def test_what_is_unusual_is_left_to_the_general_way(fields: dict[str, Any]) -> None:
    assert lone_cells(request(**fields), HASH_KEY) is None


@pytest.mark.parametrize(
    ("oldest", "newest", "taken"), [(-1, 1, True), (0, 0, True), (1, 2, False), (-2, -1, False)]
)
def test_times_beyond_what_is_accepted_are_left_to_the_general_way(
    oldest: int, newest: int, taken: bool
) -> None:
    record = request()
    end = int(end_us(columns_of([record], HASH_KEY))[0])

    found = lone_request(record, HASH_KEY, oldest_us=end + oldest, newest_us=end + newest)

    assert (found is not None) is taken


@given(requests())
def test_nothing_with_a_fault_is_taken_this_way(record: RequestRecord) -> None:
    if request_faults([record], columns_of([record], HASH_KEY)):
        assert lone_cells(record, HASH_KEY) is None
