"""Readiness: storage answers and timers are on time, by how far they have come."""

from collections import deque

import pytest

from shared.errors import Unavailable
from shared.services.anomalies import ScoringPorts, score_anomalies
from shared.services.health import LATE_M, readiness
from shared.services.ports import Cursor
from shared.services.punctuality import ALLOWED_M, note_run
from tests.adapters.watched_tables import WatchedTables, raising
from tests.domain.factories import MINUTE, T0
from tests.services.monitor_factories import FakeInsights, Json, Monitor, sent


async def checked(monitor: Monitor) -> tuple[bool, Json]:
    app = monitor.app
    return await readiness(
        now=monitor.now, cursors=app.cursors, rollups=app.rollups, telemetry=app.telemetry
    )


async def evaluated(monitor: Monitor) -> None:
    """Move the cursor of alert evaluation to where the rollup is."""
    complete = await monitor.app.cursors.read("complete_through")
    stored = await monitor.app.cursors.read("evaluated_through")
    assert complete is not None
    etag = stored.etag if stored else None
    await monitor.app.cursors.write("evaluated_through", Cursor(complete.minute, {}, etag))


async def test_an_app_that_has_nothing_to_do_yet_is_ready() -> None:
    ready, found = await checked(Monitor())
    assert (ready, found["status"]) == (True, "ready")


@pytest.mark.parametrize(("minutes", "status"), [(0, "ready"), (5, "ready"), (11, "late")])
async def test_records_that_no_timer_rolls_up_make_it_late(minutes: int, status: str) -> None:
    monitor = Monitor(now=T0)
    await monitor.post(sent(T0))
    monitor.now = T0 + minutes * MINUTE
    ready, found = await checked(monitor)
    assert (ready, found["status"]) == (status == "ready", status)
    assert found["checks"]["rollup"] == {"ok": status == "ready", "through": None}


async def test_alerting_has_time_to_begin_after_the_first_rollup() -> None:
    monitor = Monitor()
    for minutes, ok in ((0, True), (1, True), (LATE_M, True), (LATE_M + 1, False)):
        await monitor.roll(T0 + minutes * MINUTE)
        assert (await checked(monitor))[0] is ok


@pytest.mark.parametrize("late_m", [0, LATE_M, LATE_M + 1])
async def test_a_timer_may_be_five_minutes_behind(late_m: int) -> None:
    monitor = Monitor()
    await monitor.roll()
    await evaluated(monitor)
    monitor.now = T0 + late_m * MINUTE
    ready, found = await checked(monitor)
    assert ready is (late_m <= LATE_M)
    assert found["checks"]["rollup"] == {"ok": ready, "through": "2026-11-23T10:00:00Z"}


async def test_alerting_that_stands_still_is_told_apart_from_the_rollup() -> None:
    monitor = Monitor()
    await monitor.roll()
    await evaluated(monitor)
    await monitor.roll(T0 + 30 * MINUTE)
    ready, found = await checked(monitor)
    assert ready is False
    assert found["checks"]["rollup"]["ok"] is True
    assert found["checks"]["evaluate_alerts"]["ok"] is False


async def test_without_storage_it_is_unavailable_and_says_why() -> None:
    monitor = Monitor()
    tables = WatchedTables(monitor.memory)
    monitor.tables = tables
    monitor.restart()
    tables.before["get"] = deque([raising(Unavailable("storage does not answer"))])
    ready, found = await checked(monitor)
    assert (ready, found["status"]) == (False, "unavailable")
    assert found["checks"]["storage"] == {"ok": False, "reason": "storage does not answer"}


async def test_it_says_where_alerts_go() -> None:
    assert (await checked(Monitor()))[1]["alerts_go_to"] == "api"
    connected = Monitor(telemetry=FakeInsights())
    assert (await checked(connected))[1]["alerts_go_to"] == "application_insights"


async def score(monitor: Monitor) -> None:
    app = monitor.app
    ports = ScoringPorts(app.rollups, app.anomalies, app.cursors, app.load_pricing)
    await score_anomalies(ports=ports, timer=lambda: 0.0, budget_s=1.0)


async def test_records_that_nobody_scores_make_it_late() -> None:
    monitor = Monitor()
    await monitor.post(sent(T0))
    for minutes, ok in ((5, True), (14, True), (15, False)):
        await monitor.roll(T0 + minutes * MINUTE)
        await evaluated(monitor)
        ready, found = await checked(monitor)
        assert (ready, found["checks"]["score_anomalies"]["ok"]) == (ok, ok)
    await score(monitor)
    ready, found = await checked(monitor)
    assert ready is True
    assert found["checks"]["score_anomalies"] == {"ok": True, "through": "2026-11-23T10:10:00Z"}


async def test_scoring_that_stands_still_makes_it_late() -> None:
    monitor = Monitor()
    await monitor.post(sent(T0))
    await monitor.roll(T0 + 11 * MINUTE)
    await score(monitor)
    for minutes, ok in ((20, True), (21, False)):
        await monitor.roll(T0 + minutes * MINUTE)
        await evaluated(monitor)
        assert (await checked(monitor))[0] is ok


@pytest.mark.parametrize(("timer", "allowed_m"), ALLOWED_M.items())
async def test_a_timer_that_no_longer_comes_to_its_end_makes_it_late(
    timer: str, allowed_m: int
) -> None:
    monitor = Monitor()
    await note_run(timer, now=T0, cursors=monitor.app.cursors)
    await note_run(timer, now=T0 - MINUTE, cursors=monitor.app.cursors)
    for late_m, ok in ((0, True), (allowed_m, True), (allowed_m + 1, False)):
        monitor.now = T0 + late_m * MINUTE
        ready, found = await checked(monitor)
        assert (ready, found["checks"][timer]) == (
            ok,
            {"ok": ok, "last_run": "2026-11-23T10:00:00Z"},
        )


async def test_a_timer_that_never_ran_is_no_reason_to_worry_yet() -> None:
    ready, found = await checked(Monitor())
    assert ready is True
    assert found["checks"]["retention"] == {"ok": True, "last_run": None}
