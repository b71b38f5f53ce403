"""The rollup of a recorded hour of Azure traffic equals a plain recomputation.

The trace is not part of the project: FOUNDRY_TRACE names it, else it lies in ../shared/data.
"""

import csv
import os
import statistics
from datetime import datetime
from pathlib import Path

import pytest

from shared.domain.record.chunk import ChunkKey, StoredChunk, by_bucket, make_chunks
from shared.domain.record.columns import columns_of, end_us
from shared.domain.record.request import RequestRecord
from shared.domain.rollup.chunks import joined, rollup_of
from shared.domain.rollup.codec import rollup_blocks, rollup_from_blocks
from shared.domain.rollup.measures import REQUEST_MEASURES, Kind
from shared.domain.rollup.rollup import Rollup, aggregate
from shared.domain.rollup.sketch import RELATIVE_ERROR, quantile
from tests.domain.factories import HASH_KEY
from tests.domain.plain import plain_rollup, same_as_plain

ROOT = Path(__file__).parents[3]
TRACE = Path(
    os.environ.get("FOUNDRY_TRACE")
    or ROOT.parent / "shared" / "data" / "AzureLLMInferenceTrace_code.csv"
)
BATCH = 500

pytestmark = pytest.mark.skipif(not TRACE.is_file(), reason=f"no trace at {TRACE}")


@pytest.fixture(scope="module")
def records() -> list[RequestRecord]:
    """The trace as requests; its answers take 30 ms a token, as it records no durations."""
    with TRACE.open(newline="") as file:
        return [
            RequestRecord(
                model="gpt-5-mini",
                start_time=datetime.fromisoformat(row["TIMESTAMP"][:26] + "+00:00"),
                duration_ms=100.0 + 30 * int(row["GeneratedTokens"]),
                input_tokens=int(row["ContextTokens"]),
                output_tokens=int(row["GeneratedTokens"]),
            )
            for row in csv.DictReader(file)
        ]


@pytest.fixture(scope="module")
def rolled(records: list[RequestRecord]) -> Rollup:
    """The trace through chunks, joined by bucket, rolled up, packed and read back."""
    chunks: dict[int, list[StoredChunk]] = {}
    for first in range(0, len(records), BATCH):
        batch = columns_of(records[first : first + BATCH], HASH_KEY)
        times = end_us(batch)
        for bucket, index in by_bucket(batch, times):
            for made in make_chunks(
                Kind.REQUEST,
                bucket,
                f"b{first}",
                batch.rows(index),
                times[index],
                received_us=first,
                limit_bytes=4_000,
            ):
                key = ChunkKey(Kind.REQUEST, bucket, 0, f"{made.batch_id}-{made.part}")
                chunks.setdefault(bucket, []).append(StoredChunk(key, made.block, first, first))
    buckets = [
        rollup_blocks(rollup_of(Kind.REQUEST, joined(each, ids=False), None, ()))
        for each in chunks.values()
    ]
    return aggregate(
        [rollup_from_blocks(each, REQUEST_MEASURES) for each in buckets], REQUEST_MEASURES
    )


def test_every_minute_of_the_trace_is_exact(records: list[RequestRecord], rolled: Rollup) -> None:
    same_as_plain(rolled, plain_rollup(records))


def test_the_sums_of_the_trace_are_those_of_its_file(rolled: Rollup) -> None:
    with TRACE.open(newline="") as file:
        rows = list(csv.DictReader(file))
    sent = [int(row["ContextTokens"]) for row in rows]
    made = [int(row["GeneratedTokens"]) for row in rows]
    assert rolled.ints("n").sum() == len(rows)
    assert rolled.ints("usage_sum").sum() == sum(sent) + sum(made)
    mean_us = rolled.ints("latency_sum").sum() / rolled.ints("n_ok").sum()
    assert mean_us == pytest.approx(statistics.fmean(1000 * (100 + 30 * n) for n in made))


def test_the_quantiles_of_the_trace_are_within_their_bound(
    records: list[RequestRecord], rolled: Rollup
) -> None:
    whole = aggregate([rolled], REQUEST_MEASURES, step=lambda slots: slots * 0)
    for measure, values in (
        ("latency_sketch", sorted(round(record.duration_ms * 1000) for record in records)),
        ("input_sketch", sorted(record.input_tokens or 0 for record in records)),
    ):
        entries = whole.entries(measure)
        for percent in (5, 50, 90, 95, 99):
            exact = values[-(-len(values) * percent // 100) - 1]
            found = quantile(entries.keys, entries.sums, percent / 100)
            assert found == pytest.approx(exact, rel=RELATIVE_ERROR)
