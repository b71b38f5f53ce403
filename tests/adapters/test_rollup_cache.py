"""Rollups that were read before: unpacked once, and never shown after they changed."""

from dataclasses import replace

import numpy as np
import pytest

from shared.adapters import tables as layout
from shared.adapters.entity import Tables
from shared.adapters.rollup_cache import VersionCache
from shared.adapters.rollup_rows import runs
from shared.adapters.rollup_store import RollupStore
from shared.domain.rollup.measures import Kind
from shared.domain.rollup.stored_rollup import Grain, StoredRollup
from tests.adapters.storage_factories import T0, rollup, same
from tests.adapters.watched_tables import WatchedTables

REQUEST = Kind.REQUEST


@pytest.fixture
async def watched(tables: Tables) -> WatchedTables:
    await tables.create_table(layout.ROLLUPS)
    return WatchedTables(tables)


async def _write(store: RollupStore, start: int, rows: int) -> None:
    known = await store.read(REQUEST, Grain.BUCKET, start)
    etag = known.etag if known else None
    await store.write(REQUEST, Grain.BUCKET, start, StoredRollup(rollup(rows), etag=etag))


async def test_what_has_not_changed_is_not_fetched_again(watched: WatchedTables) -> None:
    store = RollupStore(watched)
    for start in (T0, T0 + 5, T0 + 10):
        await _write(store, start, 2)
    first = await store.read_range(REQUEST, Grain.BUCKET, T0, T0 + 15)
    watched.selects.clear()

    again = await store.read_range(REQUEST, Grain.BUCKET, T0, T0 + 15)

    assert [again[start] is first[start] for start in (T0, T0 + 5, T0 + 10)] == [True] * 3
    assert watched.selects == [("parts", "generation", "version", "cut")]


async def test_what_another_process_changed_is_read_anew(watched: WatchedTables) -> None:
    reader, writer = RollupStore(watched), RollupStore(watched)
    for start in (T0, T0 + 5, T0 + 10):
        await _write(writer, start, 2)
    before = await reader.read_range(REQUEST, Grain.BUCKET, T0, T0 + 15)
    await reader.read(REQUEST, Grain.BUCKET, T0 + 5)
    await _write(writer, T0 + 5, 3)
    await _write(writer, T0 + 15, 1)

    found = await reader.read_range(REQUEST, Grain.BUCKET, T0, T0 + 20)
    whole = await reader.read(REQUEST, Grain.BUCKET, T0 + 5)

    assert sorted(found) == [T0, T0 + 5, T0 + 10, T0 + 15]
    assert found[T0] is before[T0]
    assert same(found[T0 + 5], rollup(3))
    assert whole is not None
    assert same(whole.rollup, rollup(3))


async def test_what_was_dropped_is_gone(watched: WatchedTables) -> None:
    reader, writer = RollupStore(watched), RollupStore(watched)
    await _write(writer, T0, 2)
    await reader.read_range(REQUEST, Grain.BUCKET, T0, T0 + 5)
    await reader.read(REQUEST, Grain.BUCKET, T0)
    await writer.drop(REQUEST, Grain.BUCKET, T0, T0 + 5)

    assert await reader.read_range(REQUEST, Grain.BUCKET, T0, T0 + 5) == {}
    assert await reader.read(REQUEST, Grain.BUCKET, T0) is None


async def test_a_reader_of_few_measures_does_not_spoil_one_of_all(watched: WatchedTables) -> None:
    store = RollupStore(watched)
    await _write(store, T0, 2)
    await store.read_range(REQUEST, Grain.BUCKET, T0, T0 + 5, {"n"})

    whole = await store.read_range(REQUEST, Grain.BUCKET, T0, T0 + 5)

    assert same(whole[T0], rollup(2))


async def test_what_is_shared_can_not_be_written_to(watched: WatchedTables) -> None:
    store = RollupStore(watched)
    await _write(store, T0, 2)
    found = (await store.read_range(REQUEST, Grain.BUCKET, T0, T0 + 5))[T0]

    with pytest.raises(ValueError, match="read-only"):
        found.slots[0] = 1


def test_the_least_recently_used_goes_first() -> None:
    part = replace(rollup(1), dense={}, sparse={}, series=np.empty(0, np.int64))
    cache: VersionCache[str, int] = VersionCache(max_bytes=2 * part.slots.nbytes)
    cache.keep("a", "v", 1, part)
    cache.keep("b", "v", 2, part)
    cache.get("a", "v")
    cache.keep("c", "v", 3, part)

    assert [cache.get(key, "v") for key in "abc"] == [1, None, 3]
    assert cache.get("a", "other") is None


@pytest.mark.parametrize(
    ("starts", "expected"),
    [
        ([], []),
        ([5], [(5, 10)]),
        ([5, 10, 20], [(5, 15), (20, 25)]),
        ([20, 5, 10, 15], [(5, 25)]),
        ([0, 10, 20], [(0, 5), (10, 15), (20, 25)]),
    ],
)
def test_starts_are_joined_to_as_few_spans_as_hold_no_others(
    starts: list[int], expected: list[tuple[int, int]]
) -> None:
    assert runs(starts, 5) == expected
