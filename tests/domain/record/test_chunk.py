"""Chunks hold every record of a bucket once, each within its limit."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.record.batch import Batch, concatenate
from shared.domain.record.chunk import (
    BUCKET_US,
    Chunk,
    ChunkKey,
    StoredChunk,
    batch_from,
    by_bucket,
    make_chunks,
    read_together,
)
from shared.domain.record.columns import end_us
from shared.domain.record.request import RequestRecord
from shared.domain.rollup.measures import Kind
from shared.domain.timeline import BUCKET_M, micros, minute_of
from tests.domain.factories import MINUTE, T0, columns, ints, request, requests

BUCKET = minute_of(T0)


def chunks_of(batch: Batch, limit_bytes: int = 1 << 20, received_us: int = 0) -> list[Chunk]:
    return make_chunks(
        Kind.REQUEST,
        BUCKET,
        "b1",
        batch,
        end_us(batch),
        received_us=received_us,
        limit_bytes=limit_bytes,
    )


@given(st.lists(st.integers(0, 10**10), min_size=1))
def test_every_row_is_in_its_bucket_once(times: list[int]) -> None:
    batch = Batch(len(times))
    found = list(by_bucket(batch, np.array(times, np.int64)))
    assert [bucket for bucket, _ in found] == sorted({t // BUCKET_US * BUCKET_M for t in times})
    for bucket, index in found:
        assert {times[at] // BUCKET_US for at in index} == {bucket // BUCKET_M}
    assert sorted(at for _, index in found for at in index) == list(range(len(times)))


def test_a_bucket_begins_with_its_first_microsecond() -> None:
    edge = micros(T0)
    found = [bucket for bucket, _ in by_bucket(Batch(2), ints(edge - 1, edge))]
    assert found == [minute_of(T0) - BUCKET_M, minute_of(T0)]


@given(st.lists(requests(), min_size=1, max_size=6), st.sampled_from([1, 400, 1 << 20]))
def test_parts_hold_all_rows_in_order(records: list[RequestRecord], limit_bytes: int) -> None:
    batch = columns(*records)
    made = chunks_of(batch, limit_bytes)
    assert [chunk.part for chunk in made] == list(range(len(made)))
    assert sum(chunk.count for chunk in made) == len(records)
    joined = concatenate([batch_from(chunk.block) for chunk in made])
    for name in ("model", "deployment", "error_type", "tags"):
        assert joined.texts(name) == batch.texts(name)
    for name in ("start_us", "duration_us", "input_tokens", "stream"):
        assert joined.ints(name).tolist() == batch.ints(name).tolist()


def test_a_part_stays_within_its_limit() -> None:
    batch = columns(*(request(request_id=f"{n * 7919:032x}") for n in range(300)))
    made = chunks_of(batch, 700)
    assert len(made) > 1
    assert all(len(chunk.block) <= 700 for chunk in made)


def test_a_single_record_is_a_chunk_whatever_its_size() -> None:
    assert len(chunks_of(columns(request(model="x" * 200)), 1)) == 1


def test_a_chunk_says_when_its_records_ended() -> None:
    batch = columns(request(), request(start_time=T0 + MINUTE), request(duration_ms=2))
    chunk = chunks_of(batch)[0]
    assert (chunk.first_us, chunk.last_us) == (micros(T0) + 2_000, micros(T0 + MINUTE) + 1_000_000)


def test_a_digest_is_of_the_records_alone() -> None:
    first, again = columns(request(user="ann"), request()), columns(request(user="ann"), request())
    assert chunks_of(first)[0].sha256 == chunks_of(again, received_us=9)[0].sha256
    other = columns(request(user="bob"), request())
    assert chunks_of(first)[0].sha256 != chunks_of(other)[0].sha256


def test_a_digest_does_not_depend_on_the_rows_refused_beside_it() -> None:
    records = [request(model="gone", tags={"a": "b"}), request(model="m"), request(model="n")]
    rest = columns(*records).rows(ints(1, 2))
    assert chunks_of(rest)[0].sha256 == chunks_of(columns(*records[1:]))[0].sha256


@pytest.mark.parametrize(("ids", "expected"), [(["r", None], True), ([None, None], False)])
def test_a_chunk_tells_whether_any_record_has_an_id(ids: list[str | None], expected: bool) -> None:
    assert chunks_of(columns(*(request(request_id=each) for each in ids)))[0].with_ids is expected


def test_a_part_without_ids_says_so() -> None:
    batch = columns(request(request_id="r"), request()).rows(ints(1))
    assert not chunks_of(batch)[0].with_ids


def test_a_stored_chunk_gives_its_columns() -> None:
    chunk = chunks_of(columns(request(model="m")))[0]
    key = ChunkKey(Kind.REQUEST, BUCKET, 0, "b1-0", with_ids=False)
    stored = StoredChunk(key, chunk.block, chunk.received_us, chunk.first_us)
    assert stored.batch().texts("model") == ["m"]


@pytest.mark.parametrize(
    ("counts", "sizes"),
    [
        pytest.param([], [], id="nothing"),
        pytest.param([1] * 1_000, [1_000], id="a page of single posts"),
        pytest.param([1] * 1_001, [1_000, 1], id="more than a page"),
        pytest.param([5_000] * 250, [100, 100, 50], id="large batches"),
        pytest.param([1] * 150 + [10_000] + [1] * 99, [150, 100], id="a large one among them"),
    ],
)
def test_chunks_are_read_by_the_hundred_and_small_ones_by_the_page(
    counts: list[int], sizes: list[int]
) -> None:
    keys = [
        ChunkKey(Kind.REQUEST, BUCKET, 0, f"b{at:04}-0", count=count)
        for at, count in enumerate(counts)
    ]
    groups = read_together(keys)
    assert [len(group) for group in groups] == sizes
    assert [key for group in groups for key in group] == keys
