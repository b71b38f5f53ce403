"""How far the monitor is behind: what a run of the rollup tells of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.metric.ingest_lag import MAX_VALUES, arrival_lag_s, condensed, lag_records
from shared.domain.record.chunk import ChunkKey, StoredChunk
from shared.domain.rollup.measures import Kind
from tests.domain.factories import T0


@pytest.mark.parametrize(
    ("received_us", "first_us", "lag_s"),
    [(10_000_000, 4_000_000, 6.0), (1_500_000, 1_000_000, 0.5), (4_000_000, 10_000_000, 0.0)],
    ids=["late", "half a second", "ahead of the clock"],
)
def test_the_lag_of_a_chunk_is_that_of_its_oldest_record(
    received_us: int, first_us: int, lag_s: float
) -> None:
    chunk = StoredChunk(ChunkKey(Kind.REQUEST, 0, 0, "a-0"), b"", received_us, first_us)

    assert arrival_lag_s(chunk) == lag_s


def test_arrivals_stand_apart_by_kind_and_from_the_rollup() -> None:
    records = lag_records(T0, {Kind.REQUEST: [7.0, 2.0], Kind.METRIC: [1.0]}, 120.0)

    assert {record.name for record in records} == {"ingest_lag_s"}
    assert {record.unit for record in records} == {"s"}
    assert [(record.attributes, record.values) for record in records] == [
        ({"of": "metrics", "stage": "arrival"}, [1.0]),
        ({"of": "requests", "stage": "arrival"}, [2.0, 7.0]),
        ({"stage": "rollup"}, [120.0]),
    ]


@pytest.mark.parametrize(
    ("behind_s", "count"), [(None, 0), (120.0, 0), (179.9, 0), (180.0, 1), (7_200.0, 1)]
)
def test_where_nothing_arrives_only_a_rollup_that_is_behind_is_told(
    behind_s: float | None, count: int
) -> None:
    assert len(lag_records(T0, {}, behind_s)) == count


@given(st.lists(st.floats(0, 1e9), min_size=1, max_size=3 * MAX_VALUES))
def test_the_greatest_lag_is_kept_whatever_is_left_out(lags: list[float]) -> None:
    kept = condensed(lags)

    assert max(kept) == max(lags)
    assert len(kept) == min(len(lags), MAX_VALUES)
    assert set(kept) <= set(lags)
