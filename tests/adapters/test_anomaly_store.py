"""Scores and what scoring remembers in their table, on memory and on Azurite."""

from dataclasses import replace

import numpy as np
import pytest

from shared.adapters.anomaly_store import AnomalyStore
from shared.adapters.entity import Tables
from shared.adapters.tables import ANOMALIES
from shared.domain.anomaly.board import Board, SeriesName
from shared.domain.anomaly.scoreboard import Scoreboard, Shard
from shared.domain.anomaly.values import StepValue
from shared.domain.anomaly.watch import STEP_M
from shared.domain.timeline import DAY_M
from shared.errors import Stale
from shared.services.anomaly_ports import StoredShard

DAY = 20_000 * DAY_M
NOON = DAY + 720


@pytest.fixture
async def store(tables: Tables) -> AnomalyStore:
    await tables.create_table(ANOMALIES)
    return AnomalyStore(tables)


def boards(first: int, count: int, *, series: int = 2) -> list[Board]:
    scoreboard = Scoreboard({})
    values = {
        SeriesName("m", f"d{at}", "", "requests"): StepValue(4.0, few=False) for at in range(series)
    }
    return [scoreboard.score(first + at * STEP_M, values) for at in range(count)]


def steps(found: list[Board]) -> list[int]:
    return [board.step for board in found]


async def test_boards_come_back_in_order_across_days(store: AnomalyStore) -> None:
    made = boards(DAY + DAY_M - 15, 6)
    await store.add_boards(made)

    found = await store.boards(DAY, DAY + 2 * DAY_M)

    assert steps(found) == steps(made)
    assert found[0].series == made[0].series
    np.testing.assert_array_equal(found[0].values, made[0].values)
    assert steps(await store.boards(made[1].step, made[4].step)) == steps(made[1:4])
    assert await store.boards(NOON, NOON) == []


async def test_more_than_a_transaction_holds_is_stored_in_several(store: AnomalyStore) -> None:
    made = boards(DAY, 200, series=1)
    await store.add_boards(made)
    assert steps(await store.boards(DAY, DAY + DAY_M)) == steps(made)


async def test_a_step_has_one_board_for_good(store: AnomalyStore) -> None:
    first, second = boards(NOON, 2), boards(NOON, 2, series=1)
    await store.add_boards(first[:1])
    with pytest.raises(Stale):
        await store.add_boards(second)
    found = await store.boards(DAY, DAY + DAY_M)
    assert [board.series for board in found] == [first[0].series]


async def test_a_shard_is_replaced_only_as_it_was_read(store: AnomalyStore) -> None:
    kept = await store.keep_shard(StoredShard(3, Shard(through=NOON)))
    with pytest.raises(Stale):
        await store.keep_shard(StoredShard(3, Shard(through=NOON + 5)))
    newer = await store.keep_shard(replace(kept, shard=Shard(through=NOON + 5)))
    with pytest.raises(Stale):
        await store.keep_shard(replace(kept, shard=Shard(through=NOON + 10)))
    assert await store.shards() == [newer]


async def test_past_days_are_forgotten_whole(store: AnomalyStore) -> None:
    await store.add_boards(boards(DAY + DAY_M - 10, 4))
    await store.keep_shard(StoredShard(0, Shard(through=NOON)))
    assert await store.forget_boards(DAY + DAY_M + 5) == 2
    assert steps(await store.boards(DAY, DAY + 2 * DAY_M)) == [DAY + DAY_M, DAY + DAY_M + 5]
    assert await store.forget_boards(DAY + DAY_M + 5) == 0
    assert len(await store.shards()) == 1
