"""Erasing an application: what is left is what there would be had it never reported."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial

import pytest

from shared.adapters import tables as layout
from shared.domain.digest.day import index_of
from shared.errors import Stale
from shared.services.erasure_run import run_erasures
from shared.settings import Settings
from tests.domain.factories import MINUTE, T0
from tests.services.erasure_factories import (
    GONE,
    STAYS,
    calls,
    digest_days,
    erase,
    erased,
    naming,
    order,
    report,
    sums,
)
from tests.services.interrupted_tables import InterruptedTables
from tests.services.monitor_factories import DAY, HOUR, Monitor, retained, sent
from tests.services.session_factories import Crash, CrashingTables


async def reported(*applications: str | None, hours: int) -> Monitor:
    monitor = Monitor()
    await report(monitor, *applications, hours=range(hours))
    monitor.now += HOUR
    await monitor.roll()
    await digest_days(monitor)
    return monitor


async def test_what_is_left_is_what_others_alone_would_have_left() -> None:
    monitor = await reported(GONE, STAYS, None, hours=30)
    alone = await sums(await reported(STAYS, None, hours=30))
    assert await sums(monitor) != alone

    identity = await order(monitor)
    run = await erase(monitor)
    await digest_days(monitor)

    assert (run.finished, run.left) == (1, 0)
    assert await sums(monitor) == alone
    done = await erased(monitor, identity)
    assert (done.erased.requests, done.erased.metric_values) == (180, 60)
    assert done.state == "done"


async def test_a_run_with_little_time_is_gone_on_with_until_all_is_done() -> None:
    monitor = await reported(GONE, STAYS, None, hours=3)
    identity = await order(monitor)
    runs = 1
    while runs < 50 and (await erase(monitor, looks=12)).left:
        runs += 1

    assert 2 < runs < 50
    assert await sums(monitor) == await sums(await reported(STAYS, None, hours=3))
    assert (await erased(monitor, identity)).erased.requests == 18


@pytest.mark.parametrize("lost", [False, True])
async def test_a_crash_at_any_write_leaves_what_the_next_run_finishes(lost: bool) -> None:
    alone = await sums(await reported(STAYS, None, hours=1))
    for write in range(1_000):
        whole = await reported(GONE, STAYS, None, hours=1)
        await order(whole)
        tables = CrashingTables(whole.memory)
        dying = Monitor(now=whole.now, memory=whole.memory, tables=tables)
        tables.left, tables.lost = write, lost
        try:
            await erase(dying)
        except Crash:
            after = Monitor(now=whole.now, memory=whole.memory)
            await erase(after)
            assert await sums(after) == alone, f"crash at write {write}"
            continue
        break

    assert write > 15


async def test_without_raw_records_the_sums_lose_its_series_and_the_digest_its_part() -> None:
    monitor, twin = (
        await reported(GONE, STAYS, None, hours=3),
        await reported(STAYS, None, hours=3),
    )
    for each in (monitor, twin):
        await each.roll(T0 + DAY)
        await digest_days(each)
        await each.roll(T0 + 37 * DAY)
        await retained(each, T0 + 37 * DAY)
    assert await monitor.app.chunks.days() == ["20261230", "20261231"]
    identity = await order(monitor)
    await erase(monitor)

    found, alone = await sums(monitor), await sums(twin)
    rollups = {key for key in alone if key[0] != "digest"}
    assert {key: found[key] for key in rollups} == {key: alone[key] for key in rollups}
    assert found.keys() == alone.keys()
    done = await erased(monitor, identity)
    # 3 hours and a day, of requests and of metrics; no bucket is that old.
    assert (done.erased.rollups, done.erased.digests, done.shared_days) == (8, 1, 0)
    (stored,) = [blocks for key, blocks in found.items() if key[0] == "digest"]
    assert GONE not in str(index_of(stored))


async def test_days_with_series_that_several_share_are_told_of() -> None:
    monitor = Monitor(settings=Settings(hash_key="k", max_series=1))
    for number in range(4):
        await monitor.post(sent(T0, application=f"a{number}"), sent(T0, application=GONE))
    await monitor.roll()
    await monitor.roll(T0 + 37 * DAY)
    await retained(monitor, T0 + 37 * DAY)
    identity = await order(monitor)
    await erase(monitor)
    assert (await erased(monitor, identity)).shared_days == 1


async def test_what_was_reported_twice_goes_though_it_counted_for_another() -> None:
    monitor = Monitor()
    used = {"input_tokens": 1, "output_tokens": 1}
    await monitor.post(sent(T0 - MINUTE, request_id="r", **used))
    await monitor.post(sent(T0 - MINUTE, request_id="r", application=GONE))
    await monitor.roll()
    identity = await order(monitor)
    await erase(monitor)
    assert (await erased(monitor, identity)).erased.requests == 1
    report = await monitor.report()
    assert (report["total_requests"], report["duplicates"]) == (1, 0)


async def test_a_resend_after_the_erasure_brings_nothing_back() -> None:
    monitor = Monitor()
    await monitor.post(sent(T0, application=GONE), batch_id="b")
    await order(monitor)
    await erase(monitor)
    again = await monitor.post(sent(T0, application=GONE), batch_id="b")
    await monitor.roll()
    assert again.duplicate
    assert (await monitor.report()).get("no_data")


async def test_it_is_finished_by_the_clock_of_its_end_not_of_its_beginning() -> None:
    monitor = Monitor()
    await monitor.post(sent(T0, application=GONE))
    identity = await order(monitor)
    began, monitor.now = monitor.now, monitor.now + 3 * MINUTE
    await run_erasures(now=began, ports=monitor.app.erasure, in_time=lambda: True)
    assert (await erased(monitor, identity)).finished_at == monitor.now


async def test_what_ends_after_the_order_stays() -> None:
    monitor = Monitor()
    await monitor.post(sent(T0, application=GONE))
    await order(monitor)
    monitor.now += MINUTE
    await monitor.post(sent(monitor.now, application=GONE))
    await erase(monitor)
    await monitor.roll()
    assert (await monitor.report(application=GONE))["total_requests"] == 1


async def test_no_row_that_is_left_names_it() -> None:
    monitor = await reported(GONE, STAYS, None, hours=3)
    await monitor.roll(T0 + DAY)
    await digest_days(monitor)
    assert {"control", "rollups", "digests", "chunks20261123"} <= naming(monitor.memory, GONE)
    await order(monitor)
    await erase(monitor)
    assert naming(monitor.memory, GONE) == {layout.ERASURES}


async def unrolled() -> Monitor:
    """Return a monitor with records that are rolled up in part, and an order."""
    monitor = Monitor()
    await monitor.post(*calls(GONE, T0 - 9 * MINUTE, 1), *calls(STAYS, T0 - 9 * MINUTE, 1))
    await monitor.roll(T0 - 5 * MINUTE)
    monitor.now = T0
    for name in (GONE, STAYS):
        await monitor.post(*calls(name, T0 - 4 * MINUTE, 2))
    await order(monitor)
    return monitor


async def _roll_up(monitor: Monitor) -> None:
    with suppress(Stale):
        await monitor.roll()


async def _erase(monitor: Monitor) -> None:
    for _ in range(5):
        with suppress(Stale):
            if not (await erase(monitor)).left:
                return


@pytest.mark.parametrize(("first", "second"), [(_roll_up, _erase), (_erase, _roll_up)])
async def test_a_rollup_and_an_erasure_may_meet_at_any_operation(
    first: Callable[[Monitor], Awaitable[None]], second: Callable[[Monitor], Awaitable[None]]
) -> None:
    for operation in range(0, 1_000, 3):
        before = await unrolled()
        tables = InterruptedTables(before.memory)
        run = Monitor(now=before.now, memory=before.memory, tables=tables)
        other = Monitor(now=before.now, memory=before.memory)
        tables.at, tables.step = operation, partial(second, other)
        await first(run)
        await _erase(other)
        after = Monitor(now=before.now + HOUR, memory=before.memory)
        await after.roll()

        found = await after.report(application=GONE)
        assert found.get("no_data"), f"{GONE} is back after operation {operation}"
        assert (await after.report())["total_requests"] == 6
        if tables.at >= 0:
            break

    assert operation > 30
