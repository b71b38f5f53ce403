"""The contracts of cursors, markers, the catalogue of series and the hash key."""

import asyncio
from collections import deque

import pytest

from shared.adapters import tables as layout
from shared.adapters.control_store import CatalogueStore, CursorStore, DirtyStore, SecretStore
from shared.adapters.entity import Tables
from shared.domain.label import Labels
from shared.domain.rollup.measures import Kind
from shared.domain.timeline import DAY_M
from shared.errors import Stale, Unavailable
from shared.services.ports import Cursor, DirtyBucket
from tests.adapters.storage_factories import T0, gathered, labels, noise
from tests.adapters.watched_tables import WatchedTables, go_on, raising


@pytest.fixture(autouse=True)
async def control(tables: Tables) -> Tables:
    await tables.create_table(layout.CONTROL)
    return tables


async def test_a_cursor_is_nothing_before_its_first_write(tables: Tables) -> None:
    assert await CursorStore(tables).read("rolled_through") is None


async def test_a_cursor_is_read_as_it_was_written(tables: Tables) -> None:
    cursors = CursorStore(tables)
    await cursors.write("rolled_through", Cursor(T0, {"run": 'été "1"', "empty": ""}))
    await cursors.write("other", Cursor(1))
    found = await cursors.read("rolled_through")
    assert found is not None
    assert (found.minute, found.notes) == (T0, {"run": 'été "1"', "empty": ""})
    await cursors.write("rolled_through", Cursor(T0 + 1, {}, found.etag))
    moved = await cursors.read("rolled_through")
    assert moved is not None
    assert (moved.minute, moved.notes) == (T0 + 1, {})


async def test_a_cursor_that_others_moved_is_stale(tables: Tables) -> None:
    cursors = CursorStore(tables)
    await cursors.write("c", Cursor(1))
    with pytest.raises(Stale):
        await cursors.write("c", Cursor(2))
    first = await cursors.read("c")
    assert first is not None
    await cursors.write("c", Cursor(3, etag=first.etag))
    with pytest.raises(Stale):
        await cursors.write("c", Cursor(2, etag=first.etag))
    found = await cursors.read("c")
    assert found is not None
    assert found.minute == 3


async def test_of_concurrent_first_writes_of_a_cursor_one_wins(tables: Tables) -> None:
    writes = [CursorStore(tables).write("c", Cursor(n)) for n in range(6)]
    outcomes = await asyncio.gather(*writes, return_exceptions=True)
    assert sum(isinstance(outcome, Stale) for outcome in outcomes) == 5
    found = await CursorStore(tables).read("c")
    assert found is not None
    assert found.minute == outcomes.index(None)


async def test_markers_come_oldest_bucket_first_whatever_their_kind(tables: Tables) -> None:
    dirty = DirtyStore(tables)
    for kind, bucket in ((Kind.REQUEST, T0), (Kind.METRIC, T0 + 5), (Kind.REQUEST, T0 - 95)):
        await dirty.mark(kind, bucket)
    assert [(each.kind, each.bucket) for each in await dirty.list()] == [
        (Kind.REQUEST, T0 - 95),
        (Kind.REQUEST, T0),
        (Kind.METRIC, T0 + 5),
    ]


async def test_marking_again_keeps_one_marker(tables: Tables) -> None:
    dirty = DirtyStore(tables)
    await asyncio.gather(*(dirty.mark(Kind.REQUEST, T0) for _ in range(5)))
    assert len(await dirty.list()) == 1


async def test_a_marker_is_cleared_once_and_for_all(tables: Tables) -> None:
    dirty = DirtyStore(tables)
    await dirty.mark(Kind.REQUEST, T0)
    (marker,) = await dirty.list()
    await dirty.clear(marker)
    await dirty.clear(marker)
    assert await dirty.list() == []


async def test_a_marker_renewed_while_it_is_cleared_stays(tables: Tables) -> None:
    dirty = DirtyStore(tables)
    await dirty.mark(Kind.REQUEST, T0)
    (marker,) = await dirty.list()
    watched = WatchedTables(tables)

    async def renew() -> None:
        await dirty.mark(Kind.REQUEST, T0)

    watched.before["delete"] = deque([renew])
    await DirtyStore(watched).clear(marker)
    (renewed,) = await dirty.list()
    assert renewed == DirtyBucket(Kind.REQUEST, T0, renewed.etag)
    assert renewed.etag != marker.etag


async def test_series_come_in_order_of_admission_by_day_and_kind(tables: Tables) -> None:
    catalogue = CatalogueStore(tables)
    first, second = [labels("b"), labels("a")], [labels("c"), ()]
    assert await catalogue.admitted(Kind.REQUEST, T0) == []
    await catalogue.append(Kind.REQUEST, T0, 0, first)
    assert await catalogue.admitted(Kind.REQUEST, T0 + 7) == first
    await catalogue.append(Kind.REQUEST, T0 + 7, 2, second)
    assert await catalogue.admitted(Kind.REQUEST, T0) == first + second
    assert await CatalogueStore(tables).admitted(Kind.REQUEST, T0) == first + second
    assert await catalogue.admitted(Kind.METRIC, T0) == []
    assert await catalogue.admitted(Kind.REQUEST, T0 + DAY_M) == []


async def test_what_is_known_of_a_day_is_not_read_again(tables: Tables) -> None:
    watched = WatchedTables(tables)
    catalogue = CatalogueStore(watched)
    await catalogue.append(Kind.REQUEST, T0, 0, [labels("a")])
    known = await catalogue.admitted(Kind.REQUEST, T0)
    known.append(labels("the caller's own"))
    assert await catalogue.admitted(Kind.REQUEST, T0) == [labels("a")]


async def test_appending_to_more_than_is_known_is_stale(tables: Tables) -> None:
    here, there = CatalogueStore(tables), CatalogueStore(tables)
    await here.admitted(Kind.REQUEST, T0)
    await there.append(Kind.REQUEST, T0, 0, [labels("a")])
    with pytest.raises(Stale):
        await here.append(Kind.REQUEST, T0, 0, [labels("b")])
    assert await here.admitted(Kind.REQUEST, T0) == [labels("a")]
    await here.append(Kind.REQUEST, T0, 1, [labels("b")])
    assert await there.admitted(Kind.REQUEST, T0) == [labels("a"), labels("b")]


async def test_forgotten_series_are_gone_and_others_stay_in_order(tables: Tables) -> None:
    catalogue = CatalogueStore(tables)
    await catalogue.append(Kind.REQUEST, T0, 0, [labels("a"), labels("b")])
    await catalogue.admitted(Kind.REQUEST, T0)
    await catalogue.append(Kind.REQUEST, T0, 2, [labels("c"), labels("a2")])
    await catalogue.append(Kind.METRIC, T0, 0, [labels("a")])
    gone = {labels("a"), labels("c"), labels("a2")}
    assert await catalogue.forget(Kind.REQUEST, T0, gone.__contains__) == 3
    assert await catalogue.admitted(Kind.REQUEST, T0) == [labels("b")]
    assert await CatalogueStore(tables).admitted(Kind.REQUEST, T0) == [labels("b")]
    assert await catalogue.admitted(Kind.METRIC, T0) == [labels("a")]
    await catalogue.append(Kind.REQUEST, T0, 1, [labels("d")])
    assert await CatalogueStore(tables).admitted(Kind.REQUEST, T0) == [labels("b"), labels("d")]


async def test_racing_instances_admit_each_series_once(tables: Tables) -> None:
    async def admit(name: str) -> None:
        catalogue = CatalogueStore(WatchedTables(tables))
        for _ in range(50):
            known = await catalogue.admitted(Kind.REQUEST, T0)
            added = [each for each in (labels("common"), labels(name)) if each not in known]
            try:
                return await catalogue.append(Kind.REQUEST, T0, len(known), added)
            except Stale:
                continue
        raise AssertionError("never got through")

    await asyncio.gather(*(admit(f"model-{n}") for n in range(6)))
    found = await CatalogueStore(tables).admitted(Kind.REQUEST, T0)
    assert sorted(found) == sorted([labels("common"), *(labels(f"model-{n}") for n in range(6))])


@pytest.mark.parametrize("count", [400, 401, 2_000])
async def test_a_day_may_admit_thousands_at_once(tables: Tables, count: int) -> None:
    series = [labels(f"model-{n}") for n in range(count)]
    await CatalogueStore(tables).append(Kind.REQUEST, T0, 0, series)
    assert await CatalogueStore(tables).admitted(Kind.REQUEST, T0) == series


async def test_series_with_long_random_names_fit_too(tables: Tables) -> None:
    series: list[Labels] = [
        tuple((f"k{at}", noise(128, seed=100 * n + at).hex()) for at in range(9))
        for n in range(300)
    ]
    await CatalogueStore(tables).append(Kind.METRIC, T0, 0, series)
    assert await CatalogueStore(tables).admitted(Kind.METRIC, T0) == series


async def test_a_crash_between_rows_of_an_append_keeps_what_was_written(tables: Tables) -> None:
    series = [labels(f"model-{n}") for n in range(900)]
    watched = WatchedTables(tables)
    watched.before["insert"] = deque([go_on, raising(Unavailable("away"))])
    with pytest.raises(Unavailable):
        await CatalogueStore(watched).append(Kind.REQUEST, T0, 0, series)
    again = CatalogueStore(tables)
    known = await again.admitted(Kind.REQUEST, T0)
    assert 0 < len(known) < 900
    assert known == series[: len(known)]
    await again.append(Kind.REQUEST, T0, len(known), series[len(known) :])
    assert await again.admitted(Kind.REQUEST, T0) == series


async def test_instances_starting_at_once_agree_on_one_hash_key(tables: Tables) -> None:
    stores = [SecretStore(WatchedTables(tables), "") for _ in range(6)]
    keys = await asyncio.gather(*(store.hash_key() for store in stores))
    assert len(set(keys)) == 1
    assert len(keys[0]) == 32
    assert await SecretStore(tables, "").hash_key() == keys[0]
    assert len(await gathered(tables.query(layout.CONTROL, layout.CONFIG_PARTITION))) == 1


async def test_the_hash_key_is_read_once(tables: Tables) -> None:
    watched = WatchedTables(tables)
    store = SecretStore(watched, "")
    assert await store.hash_key() == await store.hash_key()
    assert watched.count("get") == 1


async def test_a_configured_hash_key_wins_and_is_not_stored(tables: Tables) -> None:
    await SecretStore(tables, "").hash_key()
    watched = WatchedTables(tables)
    assert await SecretStore(watched, "set by the operator").hash_key() == b"set by the operator"
    assert watched.calls == []


async def test_a_long_configured_hash_key_is_cut_to_what_blake2_takes(tables: Tables) -> None:
    assert await SecretStore(tables, "k" * 100).hash_key() == b"k" * 64
