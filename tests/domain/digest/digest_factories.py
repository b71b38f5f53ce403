"""Days of requests, as digests read them, and strategies that draw them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from shared.domain.digest.day import DayDigest, Index, index_of, sections_of
from shared.domain.digest.rows import digest_batch
from shared.domain.digest.tally import Tally
from shared.domain.record.batch import Batch
from shared.domain.record.chunk import ChunkKey, StoredChunk, by_bucket, make_chunks
from shared.domain.record.columns import end_us
from shared.domain.record.request import RequestRecord
from shared.domain.rollup.measures import Kind
from shared.domain.timeline import BUCKET_M, DAY_M, HOUR_M, micros, minute_of
from tests.domain.factories import T0, columns, request

DAY_START = minute_of(T0.replace(hour=0))

type Buckets = dict[int, list[Batch]]


def buckets_of(*batches: Sequence[RequestRecord]) -> Buckets:
    """Return bucket -> its chunks, one or none of each batch, in order of storing."""
    found: Buckets = defaultdict(list)
    for number, records in enumerate(batches):
        batch = columns(*records)
        for bucket, index in by_bucket(batch, end_us(batch)):
            (chunk,) = make_chunks(
                Kind.REQUEST,
                bucket,
                f"b{number}",
                batch.rows(index),
                end_us(batch)[index],
                received_us=number,
                limit_bytes=1 << 30,
            )
            key = ChunkKey(Kind.REQUEST, bucket, 0, f"b{number}-0")
            stored = StoredChunk(key, chunk.block, number, chunk.first_us)
            found[bucket].append(digest_batch(stored))
    return found


def digest_day(digest: DayDigest, buckets: Buckets, day: int = DAY_START) -> dict[str, bytes]:
    """Take a day of buckets into a digest, finish it, and return its blocks."""
    for hour in range(day, day + DAY_M, HOUR_M):
        take_hour(digest, buckets, hour)
    digest.finish()
    return digest.blocks(finished=True)


def take_hour(digest: DayDigest, buckets: Buckets, hour: int) -> None:
    """Take an hour of buckets into a digest."""
    for bucket in range(hour, hour + HOUR_M, BUCKET_M):
        digest.add_requests(buckets.get(bucket, []), bucket + BUCKET_M)
    digest.end_hour(hour + HOUR_M)


def digested(*records: RequestRecord) -> tuple[dict[str, Tally], Index]:
    """Return the sections and the index of the digest of one batch of requests."""
    blocks = digest_day(DayDigest(), buckets_of(records))
    return sections_of(blocks), index_of(blocks)


def lines(tally: Tally, index: Index, *names: str) -> dict[tuple[Any, ...], tuple[int, ...]]:
    """Return a section's sums by its keys, series as their labels; rows of zeros are left out."""
    keys = {name: column.tolist() for name, column in tally.keys.items()}
    if "series" in keys:
        keys["series"] = [index.places[code] for code in keys["series"]]
    sums = zip(*(tally.sums[name].tolist() for name in names), strict=True)
    rows = zip(zip(*keys.values(), strict=True), sums, strict=True)
    return {key: values for key, values in rows if any(values)}


def place(record: RequestRecord) -> tuple[str, str, str, str]:
    """Return a request's labels as a digest has them."""
    deployment = record.deployment_served or record.deployment or record.model
    return record.resource or "", deployment, record.model, record.application or ""


def start(record: RequestRecord) -> int:
    """Return when a request started, microseconds since the epoch."""
    return micros(record.start_time)


def end(record: RequestRecord) -> int:
    """Return when a request ended, microseconds since the epoch."""
    return start(record) + round(record.duration_ms * 1000)


def by_end(records: Iterable[RequestRecord]) -> list[RequestRecord]:
    """Return requests in the order in which they ended."""
    return sorted(records, key=lambda each: (end(each), start(each)))


def ok(record: RequestRecord) -> bool:
    """Tell whether a request succeeded."""
    return record.error_type is None and (record.status_code or 200) < 400


def at(moment: datetime = T0, **fields: Any) -> RequestRecord:
    """Return a successful request of one second that started at a time."""
    return request(**{"start_time": moment} | fields)


_hash = st.none() | st.sampled_from("pqrs")
_tokens = st.none() | st.integers(0, 5_000)
_weights = st.sampled_from([None, None, 1.0, 0.5, 3.0, 10.0])
# Minutes and hours, so that windows are met from both sides.
_offset = st.one_of(
    st.integers(0, 20 * 60_000_000),
    st.integers(0, 22 * 3_600_000_000),
    st.sampled_from([0, 1_000_000, 300_000_000, 301_000_000, 3_600_000_000, 3_601_000_000]),
)


@st.composite
def day_requests(draw: st.DrawFn) -> RequestRecord:
    """Draw a request of up to 15 minutes of one day; few names and hashes, so that they meet."""
    sent, made = draw(_tokens), draw(_tokens)
    duration = draw(st.sampled_from([0, 1, 1_000, 59_999_999]) | st.integers(0, 900_000_000))
    return RequestRecord(
        model=draw(st.sampled_from(["m", "n"])),
        start_time=T0.replace(hour=1) + timedelta(microseconds=draw(_offset)),
        duration_ms=duration / 1000,
        deployment=draw(st.sampled_from([None, "east", "west"])),
        deployment_served=draw(st.sampled_from([None, None, "spill"])),
        application=draw(st.sampled_from([None, "shop"])),
        resource=draw(st.sampled_from([None, "one"])),
        time_to_first_token_ms=draw(st.none() | st.integers(0, 1_000_000).map(float)),
        input_tokens=sent,
        output_tokens=made,
        cached_input_tokens=draw(st.none() | st.integers(0, sent or 0)),
        cache_write_tokens=draw(st.none() | st.integers(0, 100)),
        reasoning_tokens=draw(st.none() | st.integers(0, made or 0)),
        status_code=draw(st.sampled_from([None, 200, 429, 500])),
        retry_after_ms=draw(st.none() | st.sampled_from([0.0, 1000.0, 60_000.0])),
        finish_reason=draw(st.sampled_from([None, "stop", "length", "odd"])),
        max_tokens=draw(st.none() | st.integers(0, 30)),
        temperature=draw(st.sampled_from([None, 0.0, 0.7, 1.0])),
        reasoning_effort=draw(st.sampled_from([None, "low", "high"])),
        stream=draw(st.sampled_from([None, True, False])),
        prompt_version=draw(st.sampled_from([None, "1", "2"])),
        user=draw(_hash),
        prompt_hash=draw(_hash),
        prefix_hash=draw(_hash),
        operation_key=draw(_hash),
        sample_weight=draw(_weights),
    )


days = st.lists(day_requests(), min_size=1, max_size=40)
