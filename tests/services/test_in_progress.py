"""The gauge of requests in progress: once a minute, down again when they end."""

import asyncio

import pytest

from shared.adapters.memory import MemoryTables
from shared.domain.label import Labels
from shared.domain.record.metric_record import MetricKind
from shared.services.in_progress import MAX_LABEL_SETS, bounded
from shared.services.metric_registry import MetricType
from tests.adapters.watched_tables import WatchedTables
from tests.services.session_factories import Crash, SessionMonitor

_MINI = {"deployment": "gpt-5-mini", "model": "gpt-5-mini"}
_WEST = {"resource": "west", **_MINI}


@pytest.fixture
def monitor() -> SessionMonitor:
    return SessionMonitor()


async def test_nothing_is_stored_where_nothing_ever_was(monitor: SessionMonitor) -> None:
    assert await monitor.tick() == 0
    assert await monitor.gauges() == []


async def test_the_gauge_counts_each_minute_and_comes_down_once(monitor: SessionMonitor) -> None:
    first, second = await monitor.start(), await monitor.start(resource="west")
    await monitor.tick()
    monitor.later(minutes=1)
    await monitor.complete(first)
    await monitor.tick()
    monitor.later(minutes=1)
    await monitor.complete(second)
    for _ in range(3):
        await monitor.tick()
        monitor.later(minutes=1)
    assert await monitor.gauges() == [
        (0, _MINI, 1.0),
        (0, _WEST, 1.0),
        (1, _MINI, 0.0),
        (1, _WEST, 1.0),
        (2, _WEST, 0.0),
    ]


async def test_it_is_a_gauge_of_requests(monitor: SessionMonitor) -> None:
    await monitor.start()
    await monitor.tick()
    found = await monitor.parts.registry.type_of("model_requests_in_progress")
    assert found == MetricType(MetricKind.GAUGE, "{request}")


async def test_of_several_runs_in_a_minute_the_first_counts(monitor: SessionMonitor) -> None:
    session_id = await monitor.start()
    await monitor.tick()
    monitor.later(seconds=20)
    await monitor.complete(session_id)
    await monitor.start(resource="west")
    await monitor.tick()
    assert await monitor.gauges() == [(0, _MINI, 1.0)]
    monitor.later(seconds=40)
    await monitor.tick()
    assert await monitor.gauges() == [(0, _MINI, 1.0), (1, _MINI, 0.0), (1, _WEST, 1.0)]


async def test_instances_at_once_store_one_value() -> None:
    monitor = SessionMonitor(WatchedTables(MemoryTables()))
    await monitor.start()
    await asyncio.gather(*(monitor.tick() for _ in range(4)))
    assert await monitor.gauges() == [(0, _MINI, 1.0)]


@pytest.mark.faults
@pytest.mark.parametrize("lost", [False, True])
async def test_the_gauge_comes_down_whatever_crashes(lost: bool) -> None:
    for write in range(20):
        monitor = SessionMonitor()
        session_id = await monitor.start()
        monitor.tables.left, monitor.tables.lost = write, lost
        try:
            await monitor.tick()
        except Crash:
            monitor.tables.left = None
        crashed = monitor.tables.crashed
        monitor.tables.left = None
        await monitor.complete(session_id)
        for _ in range(2):
            monitor.later(minutes=1)
            await monitor.tick()
        values = [value for _, _, value in await monitor.gauges()]
        assert values in ([1.0, 0.0], [0.0], []), write
        assert crashed or values == [1.0, 0.0]
        if not crashed:
            return
    raise AssertionError("the tick never ends")


async def test_a_hanging_model_shows_before_the_hour_is_over(monitor: SessionMonitor) -> None:
    await monitor.start()
    for _ in range(30):
        await monitor.tick()
        monitor.later(minutes=1)
    values = [value for _, _, value in await monitor.gauges()]
    assert values == [1.0] * 30


def _labels(number: int) -> Labels:
    return (("model", f"m{number:04}"),)


def test_the_smallest_counts_beyond_the_bound_are_added_up() -> None:
    counts = {_labels(n): n + 1 for n in range(MAX_LABEL_SETS + 10)}
    found = bounded(counts)
    assert len(found) == MAX_LABEL_SETS + 1
    assert found[(("model", "__other__"),)] == sum(range(1, 11))
    assert sum(found.values()) == sum(counts.values())


def test_longest_names_are_added_up() -> None:
    long = (("model", "x" * 3_000),)
    assert bounded({long: 2, _labels(1): 1}) == {_labels(1): 1, (("model", "__other__"),): 2}


async def test_many_labels_over_many_minutes_fit(monitor: SessionMonitor) -> None:
    for minute in range(4):
        for n in range(250):
            await monitor.start(resource=f"{minute}-{n:03}-" + "é" * 200)
        await monitor.tick()
        monitor.later(minutes=21)
    found = [(minute, value) for minute, _, value in await monitor.gauges()]
    by_minute = {at: sum(value for minute, value in found if minute == at) for at, _ in found}
    assert by_minute == {0: 250, 21: 500, 42: 750, 63: 750}
