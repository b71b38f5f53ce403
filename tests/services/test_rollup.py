"""The rollup timer: from the cursor on, late buckets, hours and days, whatever came in between."""

import asyncio
import contextlib
from datetime import datetime

import pytest

from shared.domain.rollup.measures import Kind
from shared.domain.rollup.stored_rollup import Grain
from shared.domain.timeline import instant, minute_of
from shared.errors import Stale
from shared.services.rollup import COMPLETE_THROUGH, ROLLED_THROUGH
from tests.adapters.watched_tables import WatchedTables
from tests.domain.factories import MINUTE, T0
from tests.services.monitor_factories import DAY, HOUR, Monitor, sent, value


async def counts(monitor: Monitor, grain: Grain, kind: Kind = Kind.REQUEST) -> dict[datetime, int]:
    """Return start -> records of every stored rollup around T0."""
    first = minute_of(T0 - 40 * DAY)
    found = await monitor.app.rollups.read_range(kind, grain, first, minute_of(T0 + 2 * DAY))
    return {instant(start): int(each.ints("n").sum()) for start, each in found.items()}


async def cursor(monitor: Monitor, name: str) -> datetime | None:
    found = await monitor.app.cursors.read(name)
    return None if found is None else instant(found.minute)


async def test_a_bucket_its_hour_and_its_day_are_rolled_up_together() -> None:
    monitor = Monitor()
    await monitor.post(sent(T0), sent(T0 - 5 * MINUTE), sent(T0 - 6 * MINUTE))
    await monitor.post_metrics(value("depth", T0))
    await monitor.roll()
    assert await counts(monitor, Grain.BUCKET) == {
        T0 - 10 * MINUTE: 1,
        T0 - 5 * MINUTE: 1,
        T0: 1,
    }
    assert await counts(monitor, Grain.HOUR) == {T0 - HOUR: 2, T0: 1}
    assert await counts(monitor, Grain.DAY) == {T0.replace(hour=0): 3}
    assert await counts(monitor, Grain.DAY, Kind.METRIC) == {T0.replace(hour=0): 1}


@pytest.mark.parametrize("ago", [HOUR, DAY, 20 * DAY])
async def test_late_records_reach_hours_and_days_that_were_rolled_up(ago: float) -> None:
    monitor = Monitor()
    await monitor.post(sent(T0 - ago), sent(T0))
    await monitor.roll()
    monitor.restart()
    await monitor.post(sent(T0 - ago), sent(T0 - ago + 6 * MINUTE))
    run = await monitor.roll(monitor.now + MINUTE)
    assert (run.late, run.complete) == (2, True)
    assert sum((await counts(monitor, Grain.BUCKET)).values()) == 4
    assert sum((await counts(monitor, Grain.HOUR)).values()) == 4
    assert sum((await counts(monitor, Grain.DAY)).values()) == 4
    assert await monitor.app.dirty.list() == []


async def test_running_again_changes_nothing() -> None:
    monitor = Monitor()
    await monitor.post(sent(T0), sent(T0 - 3 * HOUR), sent(T0, request_id="r"))
    await monitor.roll()
    tables = WatchedTables(monitor.memory)
    monitor.tables = tables
    for _ in range(2):
        monitor.restart()
        await monitor.roll()
    written = [name for name, _ in tables.calls if name not in ("get", "query")]
    assert set(written) == {"replace"}
    assert len(written) == 2
    assert sum((await counts(monitor, Grain.DAY)).values()) == 3


async def test_the_first_run_of_an_empty_monitor_has_nothing_to_do() -> None:
    monitor = Monitor()
    run = await monitor.roll()
    assert (run.series, run.late, run.complete) == (0, 0, True)
    assert await cursor(monitor, COMPLETE_THROUGH) == T0


async def test_a_timer_that_was_away_for_hours_catches_up() -> None:
    monitor = Monitor()
    await monitor.roll()
    for hour in range(6):
        monitor.now = T0 + hour * HOUR + MINUTE
        await monitor.post(sent(monitor.now), sent(monitor.now + 4 * MINUTE))
    monitor.restart()
    run = await monitor.roll(T0 + 6 * HOUR)
    assert run.complete
    assert sum((await counts(monitor, Grain.DAY)).values()) == 12


async def test_what_is_stored_before_the_first_run_is_met_however_late_that_comes() -> None:
    monitor = Monitor()
    await monitor.post(sent(T0))
    await monitor.roll(T0 + 30 * HOUR)
    assert await counts(monitor, Grain.DAY) == {T0.replace(hour=0): 1}


async def test_the_cursor_trails_the_clock_by_a_quarter_of_an_hour() -> None:
    monitor = Monitor()
    await monitor.roll(T0 + 17 * MINUTE)
    assert await cursor(monitor, ROLLED_THROUGH) == T0
    await monitor.roll(T0 + 20 * MINUTE)
    assert await cursor(monitor, ROLLED_THROUGH) == T0 + 5 * MINUTE


async def test_cursors_never_go_back() -> None:
    monitor = Monitor()
    await monitor.roll(T0 + HOUR)
    before = [await cursor(monitor, name) for name in (ROLLED_THROUGH, COMPLETE_THROUGH)]
    await monitor.roll(T0)
    assert [await cursor(monitor, name) for name in (ROLLED_THROUGH, COMPLETE_THROUGH)] == before


@pytest.mark.parametrize(
    ("seconds", "through"), [(0, -1), (29, -1), (30, 0), (59, 0), (60, 0), (90, 1)]
)
async def test_a_minute_is_complete_half_a_minute_after_its_end(seconds: int, through: int) -> None:
    monitor = Monitor()
    run = await monitor.roll(T0 + seconds / 60 * MINUTE)
    assert run.complete_through == minute_of(T0) + through


async def test_out_of_time_a_run_leaves_the_rest_to_the_next_and_claims_nothing() -> None:
    monitor = Monitor()
    await monitor.roll()
    through = await cursor(monitor, COMPLETE_THROUGH)
    for step in range(12):
        monitor.now = T0 + step * 10 * MINUTE
        await monitor.post(sent(monitor.now), sent(monitor.now - 5 * HOUR))
    runs = [await monitor.roll(budget=9)]
    assert not runs[0].complete
    assert await cursor(monitor, COMPLETE_THROUGH) == through
    while not runs[-1].complete:
        runs.append(await monitor.roll(budget=9))
        assert len(runs) < 50
    assert len(runs) > 3
    assert sum((await counts(monitor, Grain.DAY)).values()) == 24
    assert sum((await counts(monitor, Grain.HOUR)).values()) == 24
    assert await cursor(monitor, COMPLETE_THROUGH) == T0 + 109 * MINUTE


async def test_a_marker_renewed_while_its_bucket_is_rolled_up_stays() -> None:
    monitor = Monitor()
    await monitor.post(sent(T0 - HOUR), batch_id="first")
    (marker,) = await monitor.app.dirty.list()
    await monitor.post(sent(T0 - HOUR), batch_id="second")
    await monitor.app.dirty.clear(marker)
    assert len(await monitor.app.dirty.list()) == 1


@pytest.mark.parametrize("others", [1, 3])
async def test_timers_that_run_at_the_same_time_count_everything_once(others: int) -> None:
    monitor = Monitor()
    monitor.tables = WatchedTables(monitor.memory)
    monitor.restart()
    await monitor.post(*(sent(T0 - n * 7 * MINUTE, request_id=f"r{n}") for n in range(20)))

    async def timer() -> None:
        monitor.restart()
        with contextlib.suppress(Stale):
            await monitor.roll()

    await asyncio.gather(*(timer() for _ in range(others + 1)))
    for grain in Grain:
        assert sum((await counts(monitor, grain)).values()) == 20


async def test_metrics_and_requests_of_one_bucket_do_not_meet() -> None:
    monitor = Monitor()
    await monitor.post(sent(T0), batch_id="same")
    await monitor.post_metrics(value("depth", T0), value("depth", T0), batch_id="same")
    await monitor.roll()
    assert await counts(monitor, Grain.BUCKET) == {T0: 1}
    assert await counts(monitor, Grain.BUCKET, Kind.METRIC) == {T0: 2}
