"""Sessions completed twice at once, or by calls that crash: one record each."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from shared.adapters.memory import MemoryTables
from shared.errors import Conflict
from tests.adapters.watched_tables import WatchedTables
from tests.services.session_factories import Crash, SessionMonitor


async def test_of_two_completions_at_once_one_wins() -> None:
    inner = MemoryTables()
    monitor = SessionMonitor(WatchedTables(inner))
    session_id = await monitor.start()
    monitor.later(seconds=1)
    calls = [monitor.complete(session_id, output_tokens=n) for n in (1, 2, 3)]
    answers = await asyncio.gather(*calls, return_exceptions=True)
    assert [type(each) for each in answers].count(Conflict) == 2
    (row,) = await monitor.requests()
    assert not isinstance(answers[row["output_tokens"] - 1], Conflict)


async def test_the_same_completion_twice_at_once_succeeds_twice() -> None:
    monitor = SessionMonitor(WatchedTables(MemoryTables()))
    session_id = await monitor.start()
    monitor.later(seconds=1)
    calls = [monitor.complete(session_id, output_tokens=1) for _ in range(4)]
    answers = await asyncio.gather(*calls)
    assert [answer.accepted for answer in answers] == [1, 1, 1, 1]
    assert len(await monitor.requests()) == 1
    assert await monitor.open_ids() == []


async def _crashes(*, lost: bool) -> AsyncIterator[tuple[SessionMonitor, str]]:
    """Yield a monitor for each write of a completion, crashed there."""
    for write in range(20):
        monitor = SessionMonitor()
        session_id = await monitor.start(input_tokens=5)
        monitor.later(seconds=1)
        monitor.tables.left, monitor.tables.lost = write, lost
        try:
            await monitor.complete(session_id, output_tokens=7)
        except Crash:
            monitor.tables.left = None
            yield monitor, session_id
        if not monitor.tables.crashed:
            assert write > 2
            return
    raise AssertionError("the completion never ends")


@pytest.mark.faults
@pytest.mark.parametrize("lost", [False, True])
async def test_a_retry_after_any_crash_makes_one_record(lost: bool) -> None:
    async for monitor, session_id in _crashes(lost=lost):
        monitor.later(seconds=30)
        assert (await monitor.complete(session_id, output_tokens=7)).accepted == 1
        (row,) = await monitor.requests()
        assert (row["output_tokens"], row["input_tokens"]) == (7, 5)
        assert row["duration_ms"] in (1000.0, 31_000.0)
        assert await monitor.open_ids() == []


@pytest.mark.faults
@pytest.mark.parametrize("lost", [False, True])
async def test_the_sweeper_makes_whole_what_any_crash_left(lost: bool) -> None:
    async for monitor, _ in _crashes(lost=lost):
        for _ in range(70):
            monitor.later(minutes=1)
            await monitor.sweep()
        (row,) = await monitor.requests()
        assert row["duration_ms"] in (1000.0, 3_600_000.0)
        assert (row["duration_ms"] > 1000) is (row.get("error_type") == "abandoned")
        assert await monitor.open_ids() == []


async def test_a_start_whose_answer_was_lost_leaves_at_most_one_session() -> None:
    monitor = SessionMonitor()
    monitor.tables.left, monitor.tables.lost = 0, True
    with pytest.raises(Crash):
        await monitor.start()
    monitor.tables.left = None
    assert len(await monitor.open_ids()) == 1
