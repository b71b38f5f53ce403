"""Bringing a bucket up to date: requests reported twice count once, whoever computes it."""

import asyncio
from itertools import permutations

import pytest

from shared.domain.rollup.measures import Kind
from shared.domain.timeline import minute_of
from shared.services.refresh import refresh
from tests.adapters.watched_tables import WatchedTables
from tests.domain.factories import MINUTE, T0
from tests.services.monitor_factories import Json, Monitor, sent

USAGE = {"input_tokens": 100, "output_tokens": 10}


async def totals(monitor: Monitor) -> tuple[int, int, int]:
    """Return requests, duplicates and tokens."""
    report = await monitor.report()
    return report["total_requests"], report["duplicates"], report["total_tokens"]


async def rolled_one_by_one(monitor: Monitor, records: list[Json], *, fresh: bool) -> None:
    """Post each record and roll it up, each time in a new process where `fresh`."""
    for record in records:
        await monitor.post(record)
        if fresh:
            monitor.restart()
        await monitor.roll()


@pytest.mark.parametrize("fresh", [False, True])
@pytest.mark.parametrize("order", list(permutations(range(3))))
async def test_the_record_with_usage_wins_in_any_order_and_any_process(
    order: tuple[int, ...], fresh: bool
) -> None:
    monitor = Monitor()
    without, other = sent(T0, request_id="r"), sent(T0, request_id="s")
    records = [without, without | USAGE, other]
    await rolled_one_by_one(monitor, [records[at] for at in order], fresh=fresh)
    assert await totals(monitor) == (2, 1, 110)
    assert (await monitor.report())["missing_usage_requests"] == 1


@pytest.mark.parametrize("fresh", [False, True])
async def test_of_two_equals_the_one_stored_first_wins(fresh: bool) -> None:
    monitor = Monitor()
    first = sent(T0, 1000, request_id="r") | USAGE
    later = sent(T0, 9000, request_id="r") | USAGE
    await monitor.post(first)
    monitor.now += MINUTE
    await rolled_one_by_one(monitor, [later], fresh=fresh)
    assert (await monitor.report())["max_response_time_ms"] == 1000


async def test_requests_reported_twice_in_one_batch_count_once() -> None:
    monitor = Monitor()
    await monitor.post(*[sent(T0, request_id="r")] * 3, sent(T0), sent(T0))
    assert await totals(monitor) == (3, 2, 0)


async def test_the_same_id_in_another_bucket_is_another_request() -> None:
    monitor = Monitor(now=T0 + 6 * MINUTE)
    await monitor.post(*(sent(T0 + n * MINUTE, request_id="r") for n in (0, 4, 5)))
    assert (await totals(monitor))[:2] == (2, 1)


async def test_a_process_that_starts_between_two_reports_counts_them_once() -> None:
    monitor = Monitor()
    await monitor.post(sent(T0, request_id="r"))
    await monitor.roll()
    monitor.restart()
    await monitor.post(sent(T0))
    await monitor.roll()
    await monitor.post(sent(T0, request_id="r"))
    await monitor.roll()
    assert (await totals(monitor))[:2] == (2, 1)


async def test_a_duplicate_is_counted_as_one_in_the_series_it_came_in() -> None:
    monitor = Monitor()
    await monitor.post(
        sent(T0, request_id="r", deployment="a"), sent(T0, request_id="r", deployment="b")
    )
    assert (await monitor.report(deployment="a"))["total_requests"] == 1
    assert (await monitor.report(deployment="b"))["duplicates"] == 1
    assert (await monitor.report(deployment="b"))["total_requests"] == 0


async def test_looking_without_writing_writes_nothing() -> None:
    monitor = Monitor()
    await monitor.post(sent(T0))
    tables = WatchedTables(monitor.memory)
    monitor.tables = tables
    monitor.restart()
    ports = monitor.app.reading
    seen = await refresh(Kind.REQUEST, minute_of(T0), ports.refresh, ports.counted, write=False)
    assert seen is not None
    assert int(seen.rollup.ints("n").sum()) == 1
    assert not {called for called, _ in tables.calls} - {"get", "query"}


@pytest.mark.parametrize("processes", [2, 4])
async def test_processes_that_race_over_a_bucket_count_each_chunk_once(processes: int) -> None:
    monitor = Monitor()
    monitor.tables = WatchedTables(monitor.memory)
    racers = []
    for number in range(processes):
        monitor.restart()
        racers.append(monitor.app.rollup)
        await monitor.post(sent(T0, 10.0 + number, request_id=f"r{number % 3}"))
    bucket = minute_of(T0)
    await asyncio.gather(
        *(refresh(Kind.REQUEST, bucket, each.refresh, each.counted) for each in racers)
    )
    assert (await totals(monitor))[:2] == (min(processes, 3), max(0, processes - 3))


async def test_more_chunks_than_are_read_at_once_are_all_counted() -> None:
    monitor = Monitor()
    for number in range(130):
        await monitor.post(sent(T0, request_id=f"r{number % 65}", deployment=f"d{number % 3}"))
    for fresh in (False, True):
        if fresh:
            monitor.restart()
            await monitor.post(sent(T0, request_id="r0"), sent(T0, request_id="new"))
        await monitor.roll()
        assert (await totals(monitor))[:2] == ((66, 66) if fresh else (65, 65))
