"""The contract of `Chunks`, on memory and on Azurite."""

import asyncio
from collections import deque

import numpy as np
import pytest

from shared.adapters import tables as layout
from shared.adapters.chunk_store import ChunkStore
from shared.adapters.entity import Tables
from shared.domain.packing import pack
from shared.domain.record.batch import Batch
from shared.domain.record.chunk import ChunkKey
from shared.domain.rollup.measures import Kind
from shared.domain.timeline import DAY_M
from shared.errors import Stale
from shared.services.ports import Earlier
from tests.adapters.storage_factories import T0, T0_US, at, chunk, noise
from tests.adapters.watched_tables import WatchedTables


@pytest.fixture(autouse=True)
async def _control(tables: Tables) -> None:
    await tables.create_table(layout.CONTROL)


@pytest.fixture
def chunks(tables: Tables) -> ChunkStore:
    return ChunkStore(tables, shards=1)


async def test_a_stored_chunk_is_read_as_it_was(chunks: ChunkStore) -> None:
    sent = chunk(block=noise(layout.CHUNK_PART_BYTES), with_ids=True)
    assert await chunks.insert(sent) is None
    keys = await chunks.keys(Kind.REQUEST, T0)
    assert keys == [ChunkKey(Kind.REQUEST, T0, 0, "batch1-0", with_ids=True, count=sent.count)]
    (found,) = await chunks.fetch(keys)
    assert (found.key, found.block, found.received_us) == (keys[0], sent.block, T0_US)


@pytest.mark.parametrize("size", [1, 65_535, 65_536, 65_537, 131_072])
async def test_blocks_are_cut_and_joined_at_64_kib(chunks: ChunkStore, size: int) -> None:
    sent = chunk(block=noise(size))
    await chunks.insert(sent)
    (found,) = await chunks.fetch(await chunks.keys(Kind.REQUEST, T0))
    assert found.block == sent.block


async def test_a_resend_returns_what_was_stored_and_changes_nothing(chunks: ChunkStore) -> None:
    first = chunk(block=b"first")
    await chunks.insert(first)
    resent = await chunks.insert(chunk(block=b"other", received_us=T0_US + 9))
    assert resent == Earlier(first.sha256, 3, T0_US)
    (found,) = await chunks.fetch(await chunks.keys(Kind.REQUEST, T0))
    assert found.block == b"first"


async def test_of_concurrent_sends_of_one_batch_one_is_stored(chunks: ChunkStore) -> None:
    sent = chunk()
    outcomes = await asyncio.gather(*(chunks.insert(sent) for _ in range(6)))
    assert sorted(outcomes, key=str) == [*[Earlier(sent.sha256, 3, T0_US)] * 5, None]
    assert len(await chunks.keys(Kind.REQUEST, T0)) == 1


async def test_a_missing_day_table_is_made_on_the_fly(chunks: ChunkStore) -> None:
    assert await chunks.days() == []
    await asyncio.gather(*(chunks.insert(chunk(f"batch{n}")) for n in range(5)))
    assert await chunks.days() == ["20261123"]
    assert len(await chunks.keys(Kind.REQUEST, T0)) == 5


async def test_a_prepared_day_needs_no_table_when_chunks_come(tables: Tables) -> None:
    await ChunkStore(tables, shards=2).prepare_day(T0)
    watched = WatchedTables(tables)
    later = ChunkStore(watched, shards=2)
    await later.prepare_day(T0)
    await later.insert(chunk())
    assert watched.count("create_table") == 1
    assert watched.count("insert") == 1
    assert await later.days() == ["20261123"]


async def test_an_unknown_day_has_no_keys(chunks: ChunkStore) -> None:
    assert await chunks.keys(Kind.REQUEST, T0) == []
    assert await chunks.fetch([ChunkKey(Kind.REQUEST, T0, 0, "batch1-0")]) == []


async def test_buckets_kinds_and_days_are_apart(chunks: ChunkStore) -> None:
    await chunks.insert(chunk("a"))
    await chunks.insert(chunk("b", bucket=T0 + 5))
    await chunks.insert(chunk("c", kind=Kind.METRIC))
    await chunks.insert(chunk("d", bucket=T0 + DAY_M))
    assert [key.row for key in await chunks.keys(Kind.REQUEST, T0)] == ["a-0"]
    assert [key.row for key in await chunks.keys(Kind.REQUEST, T0 + 5)] == ["b-0"]
    assert [key.row for key in await chunks.keys(Kind.METRIC, T0)] == ["c-0"]
    assert await chunks.days() == ["20261123", "20261124"]


async def test_shards_spread_batches_and_all_are_found(tables: Tables) -> None:
    chunks = ChunkStore(tables, shards=4)
    for n in range(40):
        await chunks.insert(chunk(f"batch{n}"))
    keys = await chunks.keys(Kind.REQUEST, T0)
    assert {key.row for key in keys} == {f"batch{n}-0" for n in range(40)}
    assert {key.shard for key in keys} == {0, 1, 2, 3}
    assert len(await chunks.fetch(keys)) == 40


async def test_a_days_shard_count_never_changes(tables: Tables) -> None:
    sent = [chunk(f"batch{n}") for n in range(8)]
    before = ChunkStore(tables, shards=2)
    for each in sent:
        await before.insert(each)
    after = ChunkStore(tables, shards=16)
    assert None not in [await after.insert(each) for each in sent]
    await after.insert(chunk("next day", bucket=T0 + DAY_M))
    config = layout.CONFIG_PARTITION
    today = await tables.get(layout.CONTROL, config, "shards|20261123")
    tomorrow = await tables.get(layout.CONTROL, config, "shards|20261124")
    assert today is not None
    assert tomorrow is not None
    assert (today.properties["count"], tomorrow.properties["count"]) == (2, 16)


async def test_all_parts_of_a_batch_share_a_shard(tables: Tables) -> None:
    chunks = ChunkStore(tables, shards=8)
    for part in range(5):
        await chunks.insert(chunk("one", part=part))
    assert len({key.shard for key in await chunks.keys(Kind.REQUEST, T0)}) == 1


@pytest.mark.parametrize("count", [3, 30], ids=["a few", "many"])
async def test_chunks_come_in_order_of_storing(tables: Tables, count: int) -> None:
    chunks = ChunkStore(tables, shards=2)
    for n in range(count):
        block = f"block {n}".encode()
        await chunks.insert(chunk(f"b{n}", received_us=T0_US - n // 2, block=block))
    found = await chunks.fetch(await chunks.keys(Kind.REQUEST, T0))
    expected = sorted(range(count), key=lambda n: (T0_US - n // 2, f"b{n}-0"))
    assert [each.key.row for each in found] == [f"b{n}-0" for n in expected]
    assert [each.block for each in found] == [f"block {n}".encode() for n in expected]


@pytest.mark.parametrize("count", [3, 12], ids=["a few", "many"])
async def test_only_the_named_chunks_come_and_absent_ones_are_left_out(
    chunks: ChunkStore, count: int
) -> None:
    for n in range(20):
        await chunks.insert(chunk(f"b{n:02}"))
    keys = await chunks.keys(Kind.REQUEST, T0)
    absent = ChunkKey(Kind.REQUEST, T0, 0, "b05-7")
    found = await chunks.fetch([*keys[1 : 2 * count : 2], absent])
    assert [each.key for each in found] == keys[1 : 2 * count : 2]


async def test_dropping_a_day_forgets_its_chunks_only(chunks: ChunkStore) -> None:
    await chunks.insert(chunk("a"))
    await chunks.insert(chunk("b", bucket=at("2026-11-24T00:00:00Z")))
    keys = await chunks.keys(Kind.REQUEST, T0)
    await chunks.drop_day("20261123")
    await chunks.drop_day("20261123")
    assert await chunks.days() == ["20261124"]
    assert await chunks.fetch(keys) == []
    assert await chunks.keys(Kind.REQUEST, T0) == []


async def test_a_chunk_dropped_while_it_was_compared_is_stale(tables: Tables) -> None:
    watched = WatchedTables(tables)
    chunks = ChunkStore(watched, shards=1)
    await chunks.insert(chunk())

    async def drop() -> None:
        await tables.drop_table(layout.chunk_table(T0))

    watched.before["get"] = deque([drop])
    with pytest.raises(Stale):
        await chunks.insert(chunk())


async def test_a_rewritten_chunk_has_what_is_left_and_knows_its_resend(chunks: ChunkStore) -> None:
    batch = Batch(3, {"start_us": np.array([1, 2, 3]), "request_id": ["a", "", ""]})
    sent = chunk(block=pack(batch.columns), with_ids=True)
    await chunks.insert(sent)
    (before,) = await chunks.fetch(await chunks.keys(Kind.REQUEST, T0))
    await chunks.rewrite(before, batch.rows(np.array([1, 2])))
    (key,) = await chunks.keys(Kind.REQUEST, T0)
    (after,) = await chunks.fetch([key])
    assert after.batch().ints("start_us").tolist() == [2, 3]
    assert not key.with_ids
    assert await chunks.insert(sent) == Earlier(sent.sha256, 3, T0_US)


async def test_a_chunk_with_nothing_left_is_not_there_and_knows_its_resend(
    chunks: ChunkStore,
) -> None:
    sent = chunk()
    await chunks.insert(sent)
    keys = await chunks.keys(Kind.REQUEST, T0)
    await chunks.rewrite((await chunks.fetch(keys))[0], None)
    assert await chunks.keys(Kind.REQUEST, T0) == []
    assert await chunks.fetch(keys) == []
    assert await chunks.fetch(keys * 5) == []
    assert await chunks.insert(sent) == Earlier(sent.sha256, 3, T0_US)


async def test_a_chunk_that_changed_since_it_was_read_is_not_rewritten(
    chunks: ChunkStore,
) -> None:
    await chunks.insert(chunk())
    (read,) = await chunks.fetch(await chunks.keys(Kind.REQUEST, T0))
    await chunks.rewrite(read, None)
    with pytest.raises(Stale):
        await chunks.rewrite(read, None)
