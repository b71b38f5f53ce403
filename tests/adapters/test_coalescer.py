"""Inserts that share transactions: fewer calls, yet each caller has its own outcome."""

import asyncio
from collections import deque

import pytest

from shared.adapters import table_wire as wire
from shared.adapters.coalescer import Coalescer
from shared.adapters.entity import MAX_TRANSACTION_BYTES, Entity, Tables
from shared.adapters.memory import MemoryTables
from shared.errors import AlreadyStored, MissingTable, Unavailable
from tests.adapters.storage_factories import TABLE, entity, noise, rows_of
from tests.adapters.watched_tables import WatchedTables, go_on, raising


@pytest.fixture
async def watched() -> WatchedTables:
    tables = MemoryTables()
    await tables.create_table(TABLE)
    return WatchedTables(tables)


class Crowd:
    """Inserts that wait while a first one is under way."""

    def __init__(self, watched: WatchedTables) -> None:
        self._watched = watched
        self._under_way = asyncio.Event()
        self._released = asyncio.Event()
        self.coalescer = Coalescer(watched)

    async def gather(self, entities: list[Entity]) -> list[asyncio.Task[None]]:
        """Start the inserts and return once the first is under way and all others wait."""

        async def hold() -> None:
            self._under_way.set()
            await self._released.wait()

        self._watched.before["insert"] = deque([hold])
        first = asyncio.create_task(self.coalescer.insert(TABLE, entities[0]))
        async with asyncio.timeout(5):
            await self._under_way.wait()
        others = [asyncio.create_task(self.coalescer.insert(TABLE, each)) for each in entities[1:]]
        await asyncio.sleep(0)
        return [first, *others]

    def release(self) -> None:
        """Let the first insert end."""
        self._released.set()


def rows(count: int) -> list[Entity]:
    return [entity(f"{at:04}") for at in range(count)]


async def outcomes(tasks: list[asyncio.Task[None]]) -> list[object]:
    async with asyncio.timeout(5):
        return list(await asyncio.gather(*tasks, return_exceptions=True))


async def test_a_lone_insert_goes_at_once(watched: WatchedTables) -> None:
    coalescer = Coalescer(watched)
    await coalescer.insert(TABLE, entity("a"))
    await coalescer.insert(TABLE, entity("b"))
    assert watched.calls == [("insert", 1), ("insert", 1)]


async def test_a_crowd_shares_transactions_of_up_to_a_hundred(watched: WatchedTables) -> None:
    crowd = Crowd(watched)
    tasks = await crowd.gather(rows(251))
    crowd.release()
    assert await outcomes(tasks) == [None] * 251
    assert watched.calls == [("insert", 1), ("transact", 100), ("transact", 100), ("transact", 50)]
    assert len(await rows_of(watched.query(TABLE, "p"))) == 251


async def test_inserts_that_come_together_go_together(watched: WatchedTables) -> None:
    coalescer = Coalescer(watched)
    await asyncio.gather(*(coalescer.insert(TABLE, each) for each in rows(20)))
    assert watched.calls == [("transact", 20)]


async def test_partitions_do_not_wait_for_each_other(watched: WatchedTables) -> None:
    crowd = Crowd(watched)
    tasks = await crowd.gather(rows(2))
    await crowd.coalescer.insert(TABLE, entity("elsewhere", partition="q"))
    assert not any(task.done() for task in tasks)
    crowd.release()
    assert await outcomes(tasks) == [None, None]


async def test_a_row_that_exists_fails_alone(watched: WatchedTables) -> None:
    await watched.insert(TABLE, entity("0003", n=99))
    crowd = Crowd(watched)
    tasks = await crowd.gather(rows(6))
    crowd.release()
    found = await outcomes(tasks)
    assert [type(each) for each in found] == [type(None)] * 3 + [AlreadyStored] + [type(None)] * 2
    assert await rows_of(watched.query(TABLE, "p")) == [each.row for each in rows(6)]
    kept = await watched.get(TABLE, "p", "0003")
    assert kept is not None
    assert kept.properties == {"n": 99}


async def test_of_equal_rows_one_is_stored(watched: WatchedTables) -> None:
    crowd = Crowd(watched)
    tasks = await crowd.gather([entity("first"), *[entity("twin") for _ in range(4)]])
    crowd.release()
    found = await outcomes(tasks)
    assert [type(each) for each in found] == [type(None)] * 2 + [AlreadyStored] * 3


@pytest.mark.parametrize("error", [Unavailable("away"), MissingTable("none")])
async def test_an_error_reaches_every_caller_of_its_transaction(
    watched: WatchedTables, error: Exception
) -> None:
    crowd = Crowd(watched)
    tasks = await crowd.gather(rows(150))
    watched.before["transact"] = deque([raising(error), go_on])
    crowd.release()
    found = await outcomes(tasks)
    assert found[:1] == [None]
    assert found[1:101] == [error] * 100
    assert found[101:] == [None] * 49


async def test_after_an_error_the_next_insert_tries_anew(watched: WatchedTables) -> None:
    coalescer = Coalescer(watched)
    watched.before["insert"] = deque([raising(Unavailable("away"))])
    with pytest.raises(Unavailable):
        await coalescer.insert(TABLE, entity("a"))
    await coalescer.insert(TABLE, entity("a"))
    assert await rows_of(watched.query(TABLE, "p")) == ["a"]


@pytest.mark.parametrize("at", [0, 1, 2], ids=["under way", "next", "last"])
async def test_a_cancelled_caller_harms_no_other(watched: WatchedTables, at: int) -> None:
    crowd = Crowd(watched)
    tasks = await crowd.gather(rows(3))
    tasks[at].cancel()
    crowd.release()
    found = await outcomes(tasks)
    assert isinstance(found.pop(at), asyncio.CancelledError)
    assert found == [None, None]
    stored = await rows_of(watched.query(TABLE, "p"))
    assert {f"{other:04}" for other in range(3) if other != at} <= set(stored)


async def test_an_entity_that_azure_refuses_fails_before_it_joins(watched: WatchedTables) -> None:
    crowd = Crowd(watched)
    tasks = await crowd.gather(
        [entity("a"), entity("b"), entity("c", v=b"x" * 65_537), entity("d")]
    )
    crowd.release()
    found = await outcomes(tasks)
    assert [type(each) for each in found] == [type(None)] * 2 + [ValueError, type(None)]


async def test_a_mistake_of_ours_leaves_nobody_waiting(
    watched: WatchedTables, caplog: pytest.LogCaptureFixture
) -> None:
    crowd = Crowd(watched)
    tasks = await crowd.gather(rows(150))
    watched.before["transact"] = deque([raising(RuntimeError("a bug"))])
    crowd.release()
    found = await outcomes(tasks)
    assert [type(each) for each in found] == [type(None)] + [Unavailable] * 149
    await crowd.coalescer.insert(TABLE, entity("later"))
    assert await rows_of(watched.query(TABLE, "p")) == ["0000", "later"]


async def test_a_transaction_never_passes_4_mib_on_the_wire(watched: WatchedTables) -> None:
    large = [entity(f"b{at:03}", d0=noise(60_000, seed=at), sha="0" * 64) for at in range(120)]
    escaped = [entity(f"c{at:03}", text="\x01é日" * 5_000) for at in range(60)]
    crowd = Crowd(watched)
    tasks = await crowd.gather([entity("a"), *large, *escaped])
    crowd.release()
    assert await outcomes(tasks) == [None] * 181
    address = f"https://{'a' * 24}.table.core.windows.net"
    sizes = [len(wire.changeset(address, TABLE, ops)[1]) for ops in watched.batches]
    assert max(sizes) <= MAX_TRANSACTION_BYTES
    assert len(sizes) < 6


async def test_a_crowd_is_stored_whole(tables: Tables) -> None:
    await tables.create_table(TABLE)
    coalescer = Coalescer(tables)
    await asyncio.gather(*(coalescer.insert(TABLE, each) for each in rows(300)))
    assert await rows_of(tables.query(TABLE, "p")) == [each.row for each in rows(300)]
    with pytest.raises(AlreadyStored):
        await coalescer.insert(TABLE, entity("0299"))
