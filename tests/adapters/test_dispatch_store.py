"""The contract of `Dispatches`, on memory and on Azurite."""

from collections import deque
from dataclasses import replace
from datetime import timedelta

import pytest

from shared.adapters import tables as layout
from shared.adapters.alert_rows import PART_BYTES
from shared.adapters.alert_store import MAX_OPERATIONS
from shared.adapters.dispatch_rows import dispatch_row, dispatch_rows
from shared.adapters.dispatch_store import DispatchStore
from shared.adapters.entity import Op, Tables, Verb
from shared.domain.alert.alert import Notification
from shared.domain.notification.delivery import NOT_BEGUN, Progress
from shared.domain.notification.dispatch import Dispatch
from shared.errors import Stale, TooLarge
from shared.services.channel_ports import StoredDispatch, Waiting
from tests.adapters.storage_factories import noise
from tests.adapters.watched_tables import WatchedTables, go_on, raising
from tests.domain.dispatch_factories import dispatch, many, told
from tests.domain.rule_factories import MINUTE, T0

DUE = T0 + MINUTE


@pytest.fixture
def watched(tables: Tables) -> WatchedTables:
    return WatchedTables(tables)


@pytest.fixture
async def store(watched: WatchedTables) -> DispatchStore:
    await watched.create_table(layout.ALERTS)
    return DispatchStore(watched)


@pytest.fixture
def write(watched: WatchedTables, store: DispatchStore) -> "Write":
    return Write(watched, store)


class Write:
    """Stores dispatches as an evaluation does, in a transaction."""

    def __init__(self, tables: Tables, store: DispatchStore) -> None:
        self._tables, self._store = tables, store

    async def __call__(self, given: Dispatch) -> StoredDispatch:
        ops = [Op(Verb.UPSERT, row) for row in dispatch_rows(given)]
        await self._tables.transact(layout.ALERTS, ops)
        stored = await self._store.get(given.dispatch_id, given.due_at)
        assert stored is not None
        return stored


def sent(given: Dispatch) -> list[Notification]:
    return [Notification(each.time, given.channel, each.occasion, sent=True) for each in given.told]


async def test_a_dispatch_is_read_as_it_was_written(store: DispatchStore, write: Write) -> None:
    given = dispatch(told("ünïcode | / \\ # ?"), told("b"))
    stored = await write(given)
    assert (stored.dispatch, stored.progress) == (given, NOT_BEGUN)


async def test_without_any_dispatch_there_is_none(store: DispatchStore) -> None:
    assert await store.due(T0 + 1000 * MINUTE) == []
    assert await store.get("x", T0) is None
    assert await store.history("x") == []
    assert not await store.was_told(dispatch())


async def test_dispatches_are_listed_by_the_time_they_are_due(
    store: DispatchStore, write: Write
) -> None:
    late, early, later = (dispatch(due_at=T0 + at * MINUTE) for at in (2, 1, 3))
    for each in (late, early, later):
        await write(each)
    assert await store.due(later.due_at) == [
        Waiting(early.dispatch_id, early.due_at),
        Waiting(late.dispatch_id, late.due_at),
    ]


async def test_progress_is_kept_and_listed(store: DispatchStore, write: Write) -> None:
    stored = await write(dispatch())
    progress = Progress(3, 2, ("", "refused_400"), DUE, DUE + MINUTE)
    saved = await store.save(replace(stored, progress=progress))
    read = await store.get(stored.dispatch.dispatch_id, DUE)
    assert read == saved
    assert [each.progress for each in await store.due(DUE + MINUTE)] == [progress]


async def test_of_two_who_change_the_progress_one_is_refused(
    store: DispatchStore, write: Write
) -> None:
    stored = await write(dispatch())
    await store.save(replace(stored, progress=Progress(2)))
    with pytest.raises(Stale):
        await store.save(replace(stored, progress=Progress(3)))


async def test_the_progress_of_what_is_finished_is_refused(
    store: DispatchStore, write: Write
) -> None:
    stored = await write(dispatch())
    await store.finish(stored, sent(stored.dispatch))
    with pytest.raises(Stale):
        await store.save(stored)


async def test_a_dispatch_leaves_together_with_its_history(
    store: DispatchStore, write: Write, watched: WatchedTables
) -> None:
    stored = await write(dispatch(told("a"), told("b")))
    watched.batches.clear()
    await store.finish(stored, sent(stored.dispatch))
    assert [len(batch) for batch in watched.batches] == [3]
    assert await store.get(stored.dispatch.dispatch_id, DUE) is None
    assert await store.was_told(stored.dispatch)
    for each in stored.dispatch.told:
        expected = Notification(each.time, "ops", "firing", sent=True)
        assert await store.history(each.alert.alert_id) == [expected]


async def test_a_dispatch_leaves_whoever_has_changed_it_meanwhile(
    store: DispatchStore, write: Write
) -> None:
    stored = await write(dispatch())
    await store.save(replace(stored, progress=Progress(2)))
    await store.finish(stored, sent(stored.dispatch))
    assert await store.due(DUE + MINUTE) == []


async def test_finishing_what_is_gone_still_writes_the_history(
    store: DispatchStore, write: Write
) -> None:
    stored = await write(dispatch())
    await store.finish(stored, ())
    await store.finish(stored, sent(stored.dispatch))
    await store.finish(stored, sent(stored.dispatch))
    assert len(await store.history(stored.dispatch.told[0].alert.alert_id)) == 1


async def test_much_history_goes_ahead_and_the_outcome_before_it(
    store: DispatchStore, write: Write, watched: WatchedTables
) -> None:
    given = many(2 * MAX_OPERATIONS)
    stored = await write(given)
    watched.batches.clear()
    outcomes = ("",) * len(given.told)
    await store.finish(replace(stored, progress=Progress(outcomes=outcomes)), sent(given))
    assert [len(batch) for batch in watched.batches] == [MAX_OPERATIONS, 1, MAX_OPERATIONS]
    assert watched.batches[-1][-1].verb is Verb.DELETE
    assert [len(await store.history(each.alert.alert_id)) for each in given.told] == [1] * 198


async def test_after_a_crash_in_the_middle_the_outcome_is_known(
    store: DispatchStore, write: Write, watched: WatchedTables
) -> None:
    given = many(2 * MAX_OPERATIONS)
    stored = await write(given)
    done = replace(stored, progress=Progress(outcomes=("",) * len(given.told)))
    watched.before["transact"] = deque([go_on, raising(ConnectionError())])
    with pytest.raises(ConnectionError):
        await store.finish(done, sent(given))
    read = await store.get(given.dispatch_id, given.due_at)
    assert read is not None
    assert read.progress.outcomes == done.progress.outcomes
    assert not await store.was_told(given)


async def test_history_is_in_the_order_of_time_and_of_one_alert_only(
    store: DispatchStore, write: Write
) -> None:
    first = await write(dispatch(told("a"), told("b"), channel="late"))
    again = await write(dispatch(told("a", time=T0 + 5 * MINUTE), channel="early"))
    await store.finish(again, sent(again.dispatch))
    await store.finish(first, sent(first.dispatch))
    history = await store.history(first.dispatch.told[0].alert.alert_id)
    assert {each.channel for each in history} == {"late", "early"}
    assert [each.time for each in history] == [T0, T0 + 5 * MINUTE]


async def test_history_past_its_time_is_dropped(store: DispatchStore, write: Write) -> None:
    for at in range(3):
        stored = await write(dispatch(told("a", time=T0 + at * MINUTE)))
        await store.finish(stored, sent(stored.dispatch))
    waiting = await write(dispatch(told("b")))
    assert await store.forget_history(T0 + 2 * MINUTE) == 2
    (left,) = await store.history(told("a").alert.alert_id)
    assert left.time == T0 + 2 * MINUTE
    assert await store.get(waiting.dispatch.dispatch_id, DUE) is not None


async def test_fractions_of_a_second_do_not_hide_a_dispatch(
    store: DispatchStore, write: Write
) -> None:
    given = dispatch(due_at=DUE + timedelta(milliseconds=250))
    await write(given)
    (waiting,) = await store.due(DUE + MINUTE)
    found = await store.get(waiting.dispatch_id, waiting.due_at)
    assert found is not None
    assert found.dispatch == given


async def test_a_dispatch_too_large_for_a_row_becomes_several_that_tell_all(
    store: DispatchStore, watched: WatchedTables
) -> None:
    size = 2_000
    noisy = noise(2 * PART_BYTES).hex()
    texts = [noisy[at : at + size] for at in range(0, len(noisy), size)]
    given = dispatch(*(told(f"m{at}", description=text) for at, text in enumerate(texts)))
    with pytest.raises(TooLarge):
        dispatch_row(given)
    rows = dispatch_rows(given)
    assert len(rows) > 2
    for row in rows:
        await watched.upsert(layout.ALERTS, row)
    found = [
        await store.get(each.dispatch_id, each.due_at) for each in await store.due(DUE + MINUTE)
    ]
    models = [each.alert.labels["model"] for one in found if one for each in one.dispatch.told]
    assert sorted(models) == sorted(f"m{at}" for at in range(len(texts)))
    assert len({one.dispatch.dispatch_id for one in found if one}) == len(rows)
