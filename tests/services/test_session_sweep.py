"""The sweeper: abandoned sessions, half stored ones, and what is in progress."""

import asyncio
from datetime import timedelta

import pytest

from shared.adapters.memory import MemoryTables
from shared.domain.timeline import HOUR_M, minute_of
from shared.errors import Conflict, NotFound
from shared.services import session_sweep
from shared.services.session_drop import drop_sessions
from shared.services.session_sweep import SWEPT_THROUGH, Fate
from tests.adapters.watched_tables import WatchedTables
from tests.domain.factories import T0
from tests.services.session_factories import Crash, SessionMonitor

_MINI = (("deployment", "gpt-5-mini"), ("model", "gpt-5-mini"))


@pytest.fixture
def monitor() -> SessionMonitor:
    return SessionMonitor()


async def test_nothing_to_sweep_is_nothing(monitor: SessionMonitor) -> None:
    run = await monitor.sweep()
    assert (run.fates, run.in_progress) == ({}, {})


async def test_a_session_is_in_progress_until_it_is_completed(monitor: SessionMonitor) -> None:
    first = await monitor.start()
    await monitor.start()
    await monitor.start(resource="west", deployment="d", application="bot", environment="prod")
    west = (
        ("resource", "west"),
        ("deployment", "d"),
        ("model", "gpt-5-mini"),
        ("application", "bot"),
        ("environment", "prod"),
    )
    assert (await monitor.sweep()).in_progress == {_MINI: 2, west: 1}
    await monitor.complete(first)
    assert (await monitor.sweep()).in_progress == {_MINI: 1, west: 1}


@pytest.mark.parametrize(
    ("age_s", "fates"), [(3599, {}), (3600, {Fate.ABANDONED: 1}), (90_000, {Fate.ABANDONED: 1})]
)
async def test_a_session_is_abandoned_after_an_hour(
    monitor: SessionMonitor, age_s: int, fates: dict[Fate, int]
) -> None:
    await monitor.start(input_tokens=3)
    monitor.later(seconds=age_s)
    assert (await monitor.sweep()).fates == fates
    rows = await monitor.requests()
    assert [row["error_class"] for row in rows] == ["abandoned"] * len(fates)
    assert [row["duration_ms"] for row in rows] == [3_600_000.0] * len(fates)


async def test_an_abandoned_session_is_neither_open_nor_completed_later(
    monitor: SessionMonitor,
) -> None:
    session_id = await monitor.start()
    monitor.later(hours=1)
    run = await monitor.sweep()
    assert run.in_progress == {}
    assert await monitor.open_ids() == []
    with pytest.raises(Conflict, match="not completed in time"):
        await monitor.complete(session_id, output_tokens=1)
    with pytest.raises(Conflict, match="not completed in time"):
        await monitor.complete(session_id, error_type="abandoned", duration_ms=3_600_000)


async def test_a_late_completion_that_comes_before_the_sweeper_counts(
    monitor: SessionMonitor,
) -> None:
    session_id = await monitor.start()
    monitor.later(minutes=61)
    await monitor.complete(session_id, output_tokens=1)
    assert (await monitor.sweep()).fates == {}
    assert [row.get("error_type") for row in await monitor.requests()] == [None]


async def test_sweeping_twice_changes_nothing(monitor: SessionMonitor) -> None:
    await monitor.start()
    monitor.later(hours=1)
    await monitor.sweep()
    before = await monitor.requests()
    assert (await monitor.sweep()).fates == {}
    assert await monitor.requests() == before


async def test_two_sweepers_at_once_record_each_session_once() -> None:
    monitor = SessionMonitor(WatchedTables(MemoryTables()))
    for _ in range(5):
        await monitor.start()
    monitor.later(hours=1)
    runs = await asyncio.gather(monitor.sweep(), monitor.sweep(), monitor.sweep())
    assert len(await monitor.requests()) == 5
    assert all(run.in_progress.keys() <= {_MINI} for run in runs)
    monitor.later(minutes=2)
    await monitor.sweep()
    assert await monitor.open_ids() == []
    assert len(await monitor.requests()) == 5


async def test_a_completion_racing_the_sweeper_leaves_one_record() -> None:
    monitor = SessionMonitor(WatchedTables(MemoryTables()))
    ids = [await monitor.start() for _ in range(4)]
    monitor.later(hours=1)
    calls = [monitor.complete(each, output_tokens=1) for each in ids]
    results = await asyncio.gather(monitor.sweep(), *calls, return_exceptions=True)
    assert all(not isinstance(each, Exception) or isinstance(each, Conflict) for each in results)
    monitor.later(minutes=2)
    await monitor.sweep()
    rows = await monitor.requests()
    assert len(rows) == 4
    lost = sum(isinstance(each, Conflict) for each in results)
    assert sum(row.get("error_type") == "abandoned" for row in rows) == lost
    assert await monitor.open_ids() == []


@pytest.mark.faults
@pytest.mark.parametrize("lost", [False, True])
async def test_a_sweep_that_crashes_anywhere_is_made_whole_by_the_next(lost: bool) -> None:
    for write in range(20):
        monitor = SessionMonitor()
        await monitor.start()
        monitor.later(hours=1)
        monitor.tables.left, monitor.tables.lost = write, lost
        try:
            await monitor.sweep()
        except Crash:
            monitor.tables.left = None
            monitor.later(minutes=2)
            await monitor.sweep()
        assert [row["error_type"] for row in await monitor.requests()] == ["abandoned"]
        assert await monitor.open_ids() == []
        if not monitor.tables.crashed:
            return
    raise AssertionError("the sweep never ends")


async def test_a_record_that_cannot_be_stored_does_not_stay_open(monitor: SessionMonitor) -> None:
    await monitor.start(start_time="2026-10-21T10:00:00Z")
    monitor.later(hours=40)
    assert (await monitor.sweep()).fates == {Fate.REFUSED: 1}
    assert await monitor.open_ids() == []
    assert await monitor.requests() == []


async def test_a_sweep_takes_so_many_and_leaves_the_rest(monitor: SessionMonitor) -> None:
    for _ in range(session_sweep._MOST + 3):
        await monitor.start()
    monitor.later(hours=1)
    run = await monitor.sweep()
    assert run.fates == {Fate.ABANDONED: session_sweep._MOST, Fate.LEFT: 3}
    assert run.in_progress == {_MINI: 3}
    assert (await monitor.sweep()).fates == {Fate.ABANDONED: 3}


async def test_the_cursor_stays_before_the_oldest_open_session(monitor: SessionMonitor) -> None:
    async def swept_h() -> float:
        cursor = await monitor.parts.cursors.read(SWEPT_THROUGH)
        assert cursor is not None
        return (cursor.minute - minute_of(T0)) / HOUR_M

    await monitor.start()
    await monitor.sweep()
    assert await swept_h() == -2
    monitor.tables.left = 0
    monitor.later(hours=5)
    with pytest.raises(Crash):
        await monitor.sweep()
    monitor.tables.left = None
    assert await swept_h() == -2
    await monitor.sweep()
    assert await swept_h() == 3


async def test_sessions_are_found_however_long_nothing_swept(monitor: SessionMonitor) -> None:
    await monitor.sweep()
    await monitor.start()
    monitor.later(days=5)
    assert (await monitor.sweep()).fates == {Fate.ABANDONED: 1}


async def test_old_sessions_are_forgotten_once_they_are_swept(monitor: SessionMonitor) -> None:
    parts = monitor.parts
    session_id = await monitor.start()

    async def drop() -> int:
        before = monitor.clock.now - timedelta(days=2)
        return await drop_sessions(before, sessions=parts.sessions, cursors=parts.cursors)

    monitor.later(days=3)
    assert await drop() == 0
    await monitor.sweep()
    with pytest.raises(Conflict):
        await monitor.complete(session_id)
    assert await drop() == 1
    assert await drop() == 0
    with pytest.raises(NotFound):
        await monitor.complete(session_id)
    young = await monitor.start()
    monitor.later(hours=47)
    await monitor.sweep()
    assert await drop() == 0
    with pytest.raises(Conflict):
        await monitor.complete(young)
