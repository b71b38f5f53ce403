"""Digests in their table: whole or not at all, on memory and on Azurite."""

import os
from itertools import count

import pytest

from shared.adapters.digest_store import DigestStore
from shared.adapters.entity import Tables
from shared.adapters.tables import CHUNK_PART_BYTES, DIGESTS
from shared.domain.timeline import DAY_M, minute_of
from shared.errors import Stale
from shared.services.digest_ports import DigestHead, Stage
from shared.services.digest_reading import view_digest
from shared.services.digests import Budget, Outcome, make_digests
from tests.domain.factories import T0
from tests.services.monitor_factories import HOUR, Monitor, sent

DAY = minute_of(T0) // DAY_M * DAY_M
HEAD = DigestHead("v1", 48, 5)
LARGE = os.urandom(2 * CHUNK_PART_BYTES + 7)


@pytest.fixture
async def store(tables: Tables) -> DigestStore:
    await tables.create_table(DIGESTS)
    return DigestStore(tables)


async def test_a_digest_larger_than_an_entity_comes_back_whole(store: DigestStore) -> None:
    blocks = {"load": LARGE, "users": b"few"}
    await store.write(DAY, Stage.FINISHED, HEAD, blocks)
    found = await store.read(DAY, Stage.FINISHED)
    assert found is not None
    head, read = found
    assert (head.version, head.steps, head.built_us) == ("v1", 48, 5)
    assert read == blocks
    only = await store.read(DAY, Stage.FINISHED, ("users", "nothing"))
    assert only == (head, {"users": b"few"})


async def test_days_and_stages_stand_apart(store: DigestStore) -> None:
    await store.write(DAY, Stage.WORK, HEAD, {"load": b"a"})
    assert await store.read(DAY, Stage.FINISHED) is None
    assert await store.head(DAY + DAY_M, Stage.WORK) is None


async def test_a_rewrite_leaves_nothing_of_what_was(store: DigestStore) -> None:
    await store.write(DAY, Stage.FINISHED, HEAD, {"load": LARGE, "users": b"a"})
    head = await store.head(DAY, Stage.FINISHED)
    assert head is not None
    await store.write(DAY, Stage.FINISHED, head, {"load": b"b"})
    found = await store.read(DAY, Stage.FINISHED)
    assert found is not None
    assert found[1] == {"load": b"b"}
    assert await store.drop(DAY, Stage.FINISHED) == 1
    assert await store.head(DAY, Stage.FINISHED) is None


@pytest.mark.parametrize("written", [False, True], ids=["insert", "replace"])
async def test_the_loser_of_a_race_leaves_the_winners_digest(
    store: DigestStore, *, written: bool
) -> None:
    if written:
        await store.write(DAY, Stage.FINISHED, HEAD, {"load": b"first"})
    head = await store.head(DAY, Stage.FINISHED) or HEAD
    await store.write(DAY, Stage.FINISHED, head, {"load": b"winner"})
    with pytest.raises(Stale):
        await store.write(DAY, Stage.FINISHED, head, {"load": b"loser"})
    found = await store.read(DAY, Stage.FINISHED)
    assert found is not None
    assert found[1] == {"load": b"winner"}


async def test_a_day_is_made_and_shown(tables: Tables) -> None:
    monitor = Monitor(tables=tables)
    await monitor.post(sent(T0, user="ann", input_tokens=5), sent(T0 - HOUR, prompt_hash="p"))
    monitor.now = T0.replace(hour=0) + 25 * HOUR
    await monitor.roll()
    ticks = count()
    budget = Budget(lambda: float(next(ticks)), 5)
    ports = monitor.app.digests
    done = await make_digests(now=monitor.now, ports=ports, budget=budget)
    assert done == {"20261123": Outcome.STOPPED}
    budget = Budget(lambda: 0.0, 1)
    done = await make_digests(now=monitor.now, ports=ports, budget=budget)
    assert done == {"20261123": Outcome.BUILT}
    found = await view_digest(DAY, now=monitor.now, ports=ports, budget=budget)
    assert (found.requests, found.prompts, len(found.users)) == (2, 1, 1)
