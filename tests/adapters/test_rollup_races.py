"""Writers that meet over one rollup: readers see one writer's content, whole, at any moment."""

import asyncio
from collections import deque

import pytest

from shared.adapters import tables as layout
from shared.adapters.entity import Tables
from shared.adapters.rollup_store import RollupStore
from shared.domain.rollup.measures import Kind
from shared.domain.rollup.stored_rollup import Grain, StoredRollup
from shared.errors import Stale, Unavailable
from tests.adapters.storage_factories import T0, gathered, rollup, same, stored, wide_rollup
from tests.adapters.watched_tables import WatchedTables, go_on, raising

REQUEST = Kind.REQUEST
ROWS = 12_000


@pytest.fixture
async def watched(tables: Tables) -> WatchedTables:
    await tables.create_table(layout.ROLLUPS)
    return WatchedTables(tables)


async def current(tables: Tables) -> StoredRollup:
    found = await RollupStore(tables).read(REQUEST, Grain.BUCKET, T0)
    assert found is not None
    return found


async def rows(tables: Tables) -> list[str]:
    found = tables.query(layout.ROLLUPS, "5m|20261123", select=("version",))
    return [each.row for each in await gathered(found)]


async def write(tables: Tables, n: int, before: StoredRollup | None = None) -> None:
    content = wide_rollup(n, rows=ROWS)
    await RollupStore(tables).write(REQUEST, Grain.BUCKET, T0, stored(content, before))


async def write_until_it_lands(tables: Tables, n: int) -> None:
    for _ in range(50):
        before = await RollupStore(tables).read(REQUEST, Grain.BUCKET, T0)
        try:
            return await write(tables, n, before)
        except Stale:
            continue
    raise AssertionError("never got through")


async def test_readers_never_see_a_mixture_of_writers(watched: WatchedTables) -> None:
    await write(watched, 1)
    parts = len(await rows(watched))
    done = asyncio.Event()
    seen: list[set[int]] = []

    async def keep_reading() -> None:
        reader = RollupStore(watched)
        while not done.is_set():
            found = await reader.read_range(REQUEST, Grain.BUCKET, T0, T0 + 5, only={"n"})
            assert len(found[T0]) == ROWS
            seen.append(set(found[T0].ints("n").tolist()))

    readers = [asyncio.create_task(keep_reading()) for _ in range(2)]
    await asyncio.gather(*(write_until_it_lands(watched, n) for n in (2, 3, 4, 5)))
    done.set()
    await asyncio.gather(*readers)
    assert all(len(counts) == 1 for counts in seen)
    last = await current(watched)
    (n,) = set(last.rollup.ints("n").tolist())
    assert same(last.rollup, wide_rollup(n, rows=ROWS))
    assert len(await rows(watched)) == parts


@pytest.mark.parametrize("step", ["upsert", "replace"])
async def test_who_loses_the_race_takes_its_parts_away(watched: WatchedTables, step: str) -> None:
    await write(watched, 1)
    before = await current(watched)
    parts = len(await rows(watched))

    async def be_overtaken() -> None:
        await write(watched, 3, before)

    watched.before[step] = deque([be_overtaken])
    with pytest.raises(Stale):
        await write(watched, 2, before)
    assert same((await current(watched)).rollup, wide_rollup(3, rows=ROWS))
    assert len(await rows(watched)) == parts


async def test_who_loses_the_race_to_be_first_takes_its_parts_away(watched: WatchedTables) -> None:
    async def be_overtaken() -> None:
        await write(watched, 3)

    watched.before["insert"] = deque([be_overtaken])
    with pytest.raises(Stale):
        await write(watched, 2)
    assert same((await current(watched)).rollup, wide_rollup(3, rows=ROWS))
    assert {row.split("|")[1] for row in await rows(watched) if "|" in row} == {
        (await current(watched)).generation
    }


async def test_a_winner_clearing_up_spares_the_next_writers_parts(watched: WatchedTables) -> None:
    await write(watched, 1)
    before = await current(watched)

    async def next_writer() -> None:
        await write(watched, 3, await current(watched))

    watched.before["delete"] = deque([next_writer])
    await write(watched, 2, before)
    assert same((await current(watched)).rollup, wide_rollup(3, rows=ROWS))


async def test_a_head_that_landed_though_its_answer_was_lost_is_success(
    watched: WatchedTables,
) -> None:
    await write(watched, 1)
    watched.after["replace"] = deque([raising(Stale("a retry met its own first try"))])
    await write(watched, 2, await current(watched))
    assert same((await current(watched)).rollup, wide_rollup(2, rows=ROWS))


@pytest.mark.parametrize("step", ["upsert", "replace"])
async def test_a_crash_before_the_head_leaves_the_old_content(
    watched: WatchedTables, step: str
) -> None:
    await write(watched, 1)
    before = await current(watched)
    parts = len(await rows(watched))
    crash = raising(Unavailable("storage went away"))
    watched.before[step] = deque([go_on, crash] if step == "upsert" else [crash])
    with pytest.raises(Unavailable):
        await write(watched, 2, before)
    assert same((await current(watched)).rollup, wide_rollup(1, rows=ROWS))
    assert len(await rows(watched)) > parts

    watched.before.clear()
    await write(watched, 3, before)
    assert same((await current(watched)).rollup, wide_rollup(3, rows=ROWS))
    assert len(await rows(watched)) == parts


async def test_a_crash_while_clearing_up_is_made_good_by_the_next_writer(
    watched: WatchedTables,
) -> None:
    await write(watched, 1)
    watched.before["delete"] = deque([raising(Unavailable("storage went away"))])
    with pytest.raises(Unavailable):
        await write(watched, 2, await current(watched))
    after = await current(watched)
    assert same(after.rollup, wide_rollup(2, rows=ROWS))
    await RollupStore(watched).write(REQUEST, Grain.BUCKET, T0, stored(rollup(3), after))
    assert same((await current(watched)).rollup, rollup(3))
    assert len(await rows(watched)) == 1
