"""Retention: tomorrow's table ahead of time, old days sealed and dropped, sums kept as hours."""

from dataclasses import replace
from datetime import datetime

import pytest

from shared.domain.rollup.measures import Kind
from shared.domain.rollup.stored_rollup import Grain
from shared.domain.timeline import day_key, instant, minute_of
from tests.domain.factories import MINUTE, T0
from tests.services.monitor_factories import DAY, HOUR, Monitor, retained, sent, span, value


async def starts(monitor: Monitor, grain: Grain) -> list[datetime]:
    """Return the starts of the stored rollups since two months before T0."""
    first, end = minute_of(T0 - 60 * DAY), minute_of(T0 + 60 * DAY)
    found = await monitor.app.rollups.read_range(Kind.REQUEST, grain, first, end)
    return sorted(map(instant, found))


async def test_todays_and_tomorrows_tables_are_made_ahead() -> None:
    monitor = Monitor()
    await retained(monitor, T0)
    assert await monitor.app.chunks.days() == ["20261123", "20261124"]


async def test_a_days_number_of_shards_is_fixed_and_the_next_days_is_the_settings() -> None:
    monitor = Monitor()
    await monitor.post(sent(T0), batch_id="a")
    monitor.settings = replace(monitor.settings, chunk_shards=8)
    monitor.restart()
    for number in range(20):
        await monitor.post(sent(T0), sent(T0 - DAY), batch_id=f"b{number}")
    today = await monitor.app.chunks.keys(Kind.REQUEST, minute_of(T0))
    yesterday = await monitor.app.chunks.keys(Kind.REQUEST, minute_of(T0 - DAY))
    assert {key.shard for key in today} == {0}
    assert len({key.shard for key in yesterday}) > 3
    await monitor.roll()
    assert (await monitor.report(T0 - 2 * DAY))["total_requests"] == 41


async def test_days_past_their_time_are_dropped_and_their_sums_stay() -> None:
    monitor = Monitor()
    ends = [T0, T0 + 3 * HOUR, T0 + 20 * HOUR, T0 + 3 * DAY]
    for end in ends:
        monitor.now = end
        await monitor.post(sent(end, input_tokens=10, output_tokens=1))
        await monitor.post_metrics(value("depth", end))
        await monitor.roll()
    late = T0 + 36 * DAY + 12 * HOUR
    await monitor.roll(late)
    before = await monitor.report(T0.replace(hour=0), late)
    done = await retained(monitor, late)
    assert done.dropped_days == ["20261123"]
    assert done.dropped_rollups > 0
    assert instant(done.sealed_through) == T0.replace(hour=0) + DAY
    assert await starts(monitor, Grain.BUCKET) == [
        T0 + 20 * HOUR,
        T0 + 3 * DAY,
    ]
    assert len(await starts(monitor, Grain.HOUR)) == 4
    after = await monitor.report(T0.replace(hour=0), late)
    assert after == before
    assert after["total_requests"] == 4
    hour = await monitor.chart("model_requests_total", over=span(T0, T0 + 4 * HOUR), step_m=60)
    assert hour == {(): [1, None, None, 1]}


async def test_running_twice_drops_nothing_more() -> None:
    monitor = Monitor()
    await monitor.post(sent(T0))
    await monitor.roll()
    await retained(monitor, T0 + 40 * DAY)
    again = await retained(monitor, T0 + 40 * DAY)
    assert (again.dropped_days, again.dropped_rollups) == ([], 0)
    assert len(await starts(monitor, Grain.DAY)) == 1


async def test_a_day_with_a_late_bucket_is_not_sealed_before_that_is_rolled_up() -> None:
    monitor = Monitor(now=T0 + 34 * DAY - HOUR)
    await monitor.post(sent(T0))
    held = await retained(monitor, T0 + 37 * DAY)
    assert (held.dropped_days, instant(held.sealed_through)) == ([], T0.replace(hour=0))
    await monitor.roll()
    done = await retained(monitor, T0 + 37 * DAY)
    assert done.dropped_days == ["20261123"]
    assert (await monitor.report(T0 - DAY, T0 + 2 * DAY))["total_requests"] == 1


async def test_a_sealed_bucket_is_never_computed_again() -> None:
    monitor = Monitor()
    await monitor.post(sent(T0), sent(T0 + MINUTE))
    await monitor.roll()
    sealed_at = T0 + 37 * DAY
    await retained(monitor, sealed_at)
    await monitor.app.dirty.mark(Kind.REQUEST, minute_of(T0))
    monitor.restart()
    done = await monitor.roll(sealed_at)
    assert done.late == 1
    assert await monitor.app.dirty.list() == []
    assert await starts(monitor, Grain.HOUR) == [T0]
    assert (await monitor.report(T0.replace(hour=0), T0 + 3 * DAY))["total_requests"] == 2


@pytest.mark.parametrize(
    ("grain", "days"), [(Grain.BUCKET, 35), (Grain.HOUR, 400), (Grain.DAY, 1826)]
)
async def test_each_grain_lives_as_long_as_it_is_kept(grain: Grain, days: int) -> None:
    monitor = Monitor()
    await monitor.post(sent(T0))
    await monitor.roll()
    midnight = T0.replace(hour=0)
    last_day = midnight + days * DAY + 23 * HOUR
    await retained(monitor, last_day)
    assert len(await starts(monitor, grain)) == 1
    await retained(monitor, last_day + HOUR)
    assert await starts(monitor, grain) == []


async def test_the_seal_never_goes_back() -> None:
    monitor = Monitor()
    first = await retained(monitor, T0 + 50 * DAY)
    second = await retained(monitor, T0 + 10 * DAY)
    assert second.sealed_through == first.sealed_through
    assert day_key(first.sealed_through) == "20261208"
