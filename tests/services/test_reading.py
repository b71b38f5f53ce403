"""Reading a span: whole days and hours where they are settled, and what has just arrived."""

from datetime import timedelta
from random import Random

import pytest

from shared.domain.timeline import instant, minute_of
from shared.services.reading import MAX_LIVE_BUCKETS
from tests.adapters.watched_tables import WatchedTables
from tests.domain.factories import MINUTE, T0
from tests.services.monitor_factories import DAY, HOUR, Monitor, sent


async def test_what_has_arrived_is_there_before_any_rollup() -> None:
    monitor = Monitor()
    await monitor.post(sent(T0), sent(T0 + MINUTE))
    report = await monitor.report()
    assert (report["total_requests"], report["data_through"]) == (2, None)


async def test_a_span_that_reaches_far_into_the_future_hides_nothing() -> None:
    monitor = Monitor()
    await monitor.roll()
    await monitor.post(sent(T0), sent(monitor.now + 5 * MINUTE))
    assert (await monitor.report(T0 - HOUR, T0 + 400 * DAY))["total_requests"] == 2


async def test_what_comes_late_is_there_at_once() -> None:
    monitor = Monitor()
    await monitor.post(sent(T0 - 5 * HOUR))
    await monitor.roll()
    await monitor.post(sent(T0 - 5 * HOUR), sent(T0 - 7 * HOUR))
    assert (await monitor.report())["total_requests"] == 3


async def test_what_comes_within_minutes_of_its_bucket_is_there_though_nothing_marks_it() -> None:
    monitor = Monitor(now=T0 + 6 * MINUTE)
    await monitor.roll(T0 + 9 * MINUTE + timedelta(seconds=50))
    await monitor.post(sent(T0 + 4 * MINUTE))
    assert await monitor.app.dirty.list() == []
    assert (await monitor.report())["total_requests"] == 1


async def test_a_long_backlog_is_left_to_the_timer_but_for_its_newest_part() -> None:
    monitor = Monitor()
    await monitor.roll()
    for hour in range(5):
        monitor.now = T0 + hour * HOUR + MINUTE
        await monitor.post(sent(monitor.now))
    live_h = MAX_LIVE_BUCKETS * 5 // 60
    report = await monitor.report()
    assert 1 <= report["total_requests"] <= live_h + 1
    assert report["data_through"] == "2026-11-23T10:00:00Z"
    await monitor.roll()
    assert (await monitor.report())["total_requests"] == 5


async def test_reading_writes_nothing() -> None:
    monitor = Monitor()
    await monitor.post(sent(T0), sent(T0 - 5 * HOUR))
    tables = WatchedTables(monitor.memory)
    monitor.tables = tables
    monitor.restart()
    await monitor.report()
    await monitor.summary()
    assert {name for name, _ in tables.calls} <= {"get", "query"}


async def test_data_through_is_the_last_minute_that_was_complete_when_the_last_run_began() -> None:
    monitor = Monitor()
    await monitor.roll(T0 + 10 * MINUTE + timedelta(seconds=29))
    assert (await monitor.report())["data_through"] == "2026-11-23T10:09:00Z"
    monitor.now += 3 * HOUR
    assert (await monitor.report())["data_through"] == "2026-11-23T10:09:00Z"
    await monitor.roll()
    assert (await monitor.report())["data_through"] == "2026-11-23T13:09:00Z"


@pytest.mark.parametrize("late", [False, True])
async def test_any_span_of_days_is_the_sum_of_its_minutes(*, late: bool) -> None:
    monitor, chance = Monitor(now=T0), Random(5)
    ends = [T0 - chance.random() * 5 * DAY for _ in range(300)]
    await monitor.post(*(sent(end, input_tokens=7, output_tokens=3) for end in ends[:200]))
    await monitor.roll()
    await monitor.post(*(sent(end, input_tokens=7, output_tokens=3) for end in ends[200:]))
    await monitor.roll()
    if late:
        ends.append(T0 - 50 * HOUR)
        await monitor.post(sent(ends[-1], input_tokens=7, output_tokens=3))
    minutes = [minute_of(end) for end in ends]
    first = minute_of(T0) - 5 * 1440
    whole_day = first - first % 1440
    spans = [(whole_day, whole_day + 4 * 1440), (whole_day + 60, whole_day + 3 * 1440 + 120)]
    spans += [tuple(sorted(chance.sample(range(first, first + 7200), 2))) for _ in range(12)]
    for low, high in spans:
        report = await monitor.report(instant(low), instant(high))
        inside = sum(low <= minute < high for minute in minutes)
        assert (report.get("total_requests", 0), report.get("total_tokens", 0)) == (
            inside,
            inside * 10,
        ), (low, high)


async def test_a_report_reads_days_and_hours_rather_than_thousands_of_minutes() -> None:
    monitor = Monitor()
    await monitor.post(*(sent(T0 - n * 7 * HOUR) for n in range(60)))
    await monitor.roll()
    tables = WatchedTables(monitor.memory)
    monitor.tables = tables
    monitor.restart()
    report = await monitor.report(T0 - 30 * DAY, T0 + HOUR)
    assert report["total_requests"] == 60
    assert tables.count("query") + tables.count("get") < 60
