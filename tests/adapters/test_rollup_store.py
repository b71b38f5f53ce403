"""The contract of `Rollups` for one writer, on memory and on Azurite."""

from dataclasses import replace

import numpy as np
import pytest

from shared.adapters import tables as layout
from shared.adapters.entity import Tables
from shared.adapters.rollup_store import RollupStore
from shared.domain.rollup.measures import MEASURES, Kind
from shared.domain.rollup.rollup import Rollup, Sparse
from shared.domain.rollup.stored_rollup import Grain, StoredRollup
from shared.errors import Stale
from tests.adapters.storage_factories import (
    T0,
    at,
    gathered,
    labels,
    noise,
    rollup,
    same,
    stored,
    wide_rollup,
)
from tests.adapters.watched_tables import WatchedTables

REQUEST = Kind.REQUEST


@pytest.fixture
async def rollups(tables: Tables) -> RollupStore:
    await tables.create_table(layout.ROLLUPS)
    return RollupStore(tables)


async def row_count(tables: Tables, minute: int = T0) -> int:
    """Return how many rows the buckets of a minute's day take."""
    found = tables.query(layout.ROLLUPS, f"5m|{layout.day_key(minute)}", select=("version",))
    return len(await gathered(found))


async def test_nothing_is_read_before_the_first_write(rollups: RollupStore) -> None:
    assert await rollups.read(REQUEST, Grain.BUCKET, T0) is None
    assert await rollups.read_range(REQUEST, Grain.BUCKET, T0, T0 + 1440) == {}
    assert await rollups.versions(REQUEST, Grain.BUCKET, T0, T0 + 1440) == {}


async def test_a_rollup_is_read_as_it_was_written(rollups: RollupStore) -> None:
    seen = np.array([1, 7, 2**64 - 1], np.uint64)
    sent = StoredRollup(rollup(3), seen, with_ids=True, inputs={T0: "v1", T0 + 5: "v2"})
    version = await rollups.write(REQUEST, Grain.HOUR, T0, sent)
    found = await rollups.read(REQUEST, Grain.HOUR, T0)
    assert found is not None
    assert same(found.rollup, sent.rollup)
    assert found.seen is not None
    assert found.seen.tolist() == seen.tolist()
    assert (found.with_ids, dict(found.inputs)) == (True, {T0: "v1", T0 + 5: "v2"})
    assert (found.version, found.generation) == (version, "")


async def test_a_rollup_without_rows_or_prints_is_one_too(rollups: RollupStore) -> None:
    nothing = rollup().where(np.array([False]))
    await rollups.write(REQUEST, Grain.BUCKET, T0, StoredRollup(nothing))
    found = await rollups.read(REQUEST, Grain.BUCKET, T0)
    assert found is not None
    assert (len(found.rollup), found.seen is not None and len(found.seen)) == (0, 0)


async def test_only_the_version_read_last_can_be_replaced(rollups: RollupStore) -> None:
    await rollups.write(REQUEST, Grain.BUCKET, T0, stored(rollup(1)))
    with pytest.raises(Stale):
        await rollups.write(REQUEST, Grain.BUCKET, T0, stored(rollup(2)))
    first = await rollups.read(REQUEST, Grain.BUCKET, T0)
    assert first is not None
    await rollups.write(REQUEST, Grain.BUCKET, T0, stored(rollup(3), first))
    with pytest.raises(Stale):
        await rollups.write(REQUEST, Grain.BUCKET, T0, stored(rollup(4), first))
    found = await rollups.read(REQUEST, Grain.BUCKET, T0)
    assert found is not None
    assert same(found.rollup, rollup(3))


async def test_content_beyond_one_entity_is_read_whole(
    rollups: RollupStore, tables: Tables
) -> None:
    content = wide_rollup(1)
    await rollups.write(REQUEST, Grain.BUCKET, T0, stored(content))
    found = await rollups.read(REQUEST, Grain.BUCKET, T0)
    assert found is not None
    assert same(found.rollup, content)
    assert await row_count(tables) > 2
    ranged = await rollups.read_range(REQUEST, Grain.BUCKET, T0, T0 + 5, only={"latency_sum"})
    assert ranged[T0].ints("latency_sum").tolist() == content.ints("latency_sum").tolist()


async def test_seen_prints_beyond_one_entity_are_kept(rollups: RollupStore, tables: Tables) -> None:
    seen = np.sort(np.frombuffer(noise(8 * 250_000), np.uint64))
    await rollups.write(REQUEST, Grain.BUCKET, T0, StoredRollup(rollup(1), seen))
    found = await rollups.read(REQUEST, Grain.BUCKET, T0)
    assert found is not None
    assert found.seen is not None
    assert np.array_equal(found.seen, seen)
    assert same(found.rollup, rollup(1))
    assert await row_count(tables) == 1 + 1 + 3


async def test_too_many_prints_are_not_kept_and_said_to_be_unknown(rollups: RollupStore) -> None:
    seen = np.arange(500_001, dtype=np.uint64)
    await rollups.write(REQUEST, Grain.BUCKET, T0, StoredRollup(rollup(1), seen))
    found = await rollups.read(REQUEST, Grain.BUCKET, T0)
    assert found is not None
    assert found.seen is None
    assert same(found.rollup, rollup(1))


async def test_replacing_leaves_no_rows_of_the_old_content(
    rollups: RollupStore, tables: Tables
) -> None:
    before: StoredRollup | None = None
    rows: list[int] = []
    for content in (wide_rollup(1), rollup(2), wide_rollup(3), wide_rollup(4), rollup(5)):
        await rollups.write(REQUEST, Grain.BUCKET, T0, stored(content, before))
        before = await rollups.read(REQUEST, Grain.BUCKET, T0)
        assert before is not None
        assert same(before.rollup, content)
        rows.append(await row_count(tables))
    parts = rows[0]
    assert rows == [parts, 1, parts, parts, 1]


async def test_a_block_past_one_column_is_read_whole_in_every_way(rollups: RollupStore) -> None:
    keys = np.cumsum(np.frombuffer(noise(90_000), np.uint8).astype(np.int64) + 1)
    sums = np.frombuffer(noise(8 * 90_000, seed=2), np.int64) >> 40
    sketch = Sparse(np.zeros(len(keys), np.int64), keys, sums)
    content = Rollup(
        MEASURES[Kind.METRIC],
        np.array([T0]),
        np.array([0]),
        [labels("m")],
        {"n": np.array([5])},
        {"value_sketch": sketch},
    )
    await rollups.write(Kind.METRIC, Grain.BUCKET, T0, StoredRollup(content))
    found = await rollups.read(Kind.METRIC, Grain.BUCKET, T0)
    assert found is not None
    assert same(found.rollup, content)
    for only in ({"value_sketch"}, None):
        ranged = await rollups.read_range(Kind.METRIC, Grain.BUCKET, T0, T0 + 5, only)
        assert np.array_equal(ranged[T0].sparse["value_sketch"].sums, sums)


RANGES = [
    pytest.param(Grain.BUCKET, "2026-11-23T23:50:00Z", "2026-11-24T00:05:00Z", 3, id="day end"),
    pytest.param(Grain.BUCKET, "2026-12-31T23:55:00Z", "2027-01-01T00:05:00Z", 2, id="year end"),
    pytest.param(Grain.BUCKET, "2028-02-28T23:55:00Z", "2028-02-29T00:05:00Z", 2, id="leap day"),
    pytest.param(Grain.HOUR, "2026-11-30T22:00:00Z", "2026-12-01T02:00:00Z", 4, id="month end"),
    pytest.param(Grain.HOUR, "2026-12-31T23:00:00Z", "2027-01-01T01:00:00Z", 2, id="hours, year"),
    pytest.param(Grain.DAY, "2026-12-30T00:00:00Z", "2027-01-02T00:00:00Z", 3, id="days, year"),
    pytest.param(Grain.DAY, "2028-02-28T00:00:00Z", "2028-03-02T00:00:00Z", 3, id="leap days"),
]


@pytest.mark.parametrize(("grain", "first", "end", "count"), RANGES)
async def test_a_range_crosses_the_ends_of_partitions(
    rollups: RollupStore, grain: Grain, first: str, end: str, count: int
) -> None:
    low, high, step = at(first), at(end), grain.minutes
    starts = list(range(low - step, high + step, step))
    for start in starts:
        await rollups.write(REQUEST, grain, start, stored(rollup(start, slot=start)))
        await rollups.write(Kind.METRIC, grain, start, stored(rollup(1, slot=start)))
    found = await rollups.read_range(REQUEST, grain, low, high)
    assert list(found) == starts[1:-1]
    assert len(found) == count
    assert all(same(found[start], rollup(start, slot=start)) for start in found)
    assert list(await rollups.versions(REQUEST, grain, low, high)) == starts[1:-1]


async def test_what_began_before_a_range_is_not_in_it(rollups: RollupStore) -> None:
    for start in (T0, T0 + 5, T0 + 10):
        await rollups.write(REQUEST, Grain.BUCKET, start, stored(rollup(1, slot=start)))
    assert list(await rollups.read_range(REQUEST, Grain.BUCKET, T0 + 1, T0 + 6)) == [T0 + 5]
    assert list(await rollups.read_range(REQUEST, Grain.BUCKET, T0, T0)) == []


async def test_a_range_reads_only_the_groups_it_is_asked_for(tables: Tables) -> None:
    await tables.create_table(layout.ROLLUPS)
    watched = WatchedTables(tables)
    rollups = RollupStore(watched)
    await rollups.write(REQUEST, Grain.BUCKET, T0, stored(rollup(3)))
    watched.selects.clear()
    found = await rollups.read_range(REQUEST, Grain.BUCKET, T0, T0 + 5, only={"n", "retries"})
    (selected,) = watched.selects
    assert set(selected) == {"parts", "generation", "version", "cut", "series", "counts"}
    assert found[T0].ints("n").tolist() == [3]
    assert (set(found[T0].dense), set(found[T0].sparse)) == ({"n"}, set())


async def test_a_range_without_named_measures_leaves_prints_aside(tables: Tables) -> None:
    await tables.create_table(layout.ROLLUPS)
    watched = WatchedTables(tables)
    rollups = RollupStore(watched)
    await rollups.write(REQUEST, Grain.BUCKET, T0, stored(rollup(3)))
    watched.selects.clear()
    found = await rollups.read_range(REQUEST, Grain.BUCKET, T0, T0 + 5)
    assert same(found[T0], rollup(3))
    assert "seen" not in watched.selects[0]
    assert "latency_sketch" in watched.selects[0]


async def test_versions_follow_content_alone(rollups: RollupStore) -> None:
    for start, content in ((T0, rollup(1)), (T0 + 5, rollup(1)), (T0 + 10, rollup(2))):
        await rollups.write(REQUEST, Grain.BUCKET, start, stored(content))
    versions = await rollups.versions(REQUEST, Grain.BUCKET, T0, T0 + 15)
    assert versions[T0] == versions[T0 + 5] != versions[T0 + 10]
    first = await rollups.read(REQUEST, Grain.BUCKET, T0)
    assert first is not None
    again = replace(stored(rollup(1), first), seen=np.array([9], np.uint64))
    assert await rollups.write(REQUEST, Grain.BUCKET, T0, again) == first.version


async def test_dropping_takes_the_range_with_all_its_parts(
    rollups: RollupStore, tables: Tables
) -> None:
    for start in (T0, T0 + 5):
        await rollups.write(REQUEST, Grain.BUCKET, start, stored(rollup(1, slot=start)))
    await rollups.write(REQUEST, Grain.BUCKET, T0 + 10, stored(wide_rollup(1, slot=T0 + 10)))
    await rollups.write(Kind.METRIC, Grain.BUCKET, T0 + 10, stored(rollup(1)))
    rows = await row_count(tables)
    assert await rollups.drop(REQUEST, Grain.BUCKET, T0 + 5, T0 + 15) == rows - 2
    assert await row_count(tables) == 2
    assert list(await rollups.versions(REQUEST, Grain.BUCKET, T0, T0 + 15)) == [T0]
    assert list(await rollups.versions(Kind.METRIC, Grain.BUCKET, T0, T0 + 15)) == [T0 + 10]
    assert await rollups.drop(REQUEST, Grain.BUCKET, T0 + 5, T0 + 15) == 0
