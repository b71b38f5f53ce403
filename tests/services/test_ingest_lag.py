"""How late records come, as a metric of the minute it was noticed in, and the rule on it."""

from collections import deque
from datetime import datetime

import pytest

from shared.adapters.memory import MemoryTables
from shared.domain.alert.alert import Context, State
from shared.domain.label import Labels
from shared.domain.metric.window import Aggregation
from shared.domain.timeline import minute_of
from shared.errors import InvalidInput, Stale
from shared.services.alerting import AlertingPorts, evaluate_alerts
from shared.services.ingest_lag import record_ingest_lag
from shared.services.ingest_silence import record_silence
from tests.adapters.watched_tables import WatchedTables, raising
from tests.domain.factories import MINUTE, T0
from tests.services.monitor_factories import HOUR, Monitor, sent, span, value

_STAGE = ("stage",)


async def tick(monitor: Monitor, at: datetime) -> int:
    """Roll up and record the lag, as the timer does; return how many series that were."""
    run = await monitor.roll(at)
    app = monitor.app
    arrivals = app.rollup.refresh.arrivals
    assert arrivals is not None
    return await record_ingest_lag(arrivals, run.behind_s, registry=app.registry, ports=app.ingest)


async def greatest(
    monitor: Monitor, group_by: tuple[str, ...] = _STAGE
) -> dict[tuple[str, ...], list[float | None]]:
    """Return the greatest lag of each minute of the hour from T0 on."""
    over = span(T0, T0 + HOUR)
    return await monitor.chart("ingest_lag_s", Aggregation.MAX, over=over, group_by=group_by)


def noticed(points: list[float | None]) -> dict[int, float]:
    """Return minute after T0 -> value."""
    return {at: point for at, point in enumerate(points) if point is not None}


async def test_a_late_batch_counts_in_the_minute_it_was_noticed_in() -> None:
    monitor = Monitor(now=T0 + 20 * MINUTE)
    await monitor.post(sent(T0 + 8 * MINUTE), sent(T0 + 20 * MINUTE))
    await tick(monitor, T0 + 21 * MINUTE)

    found = await greatest(monitor)
    assert noticed(found["arrival",]) == {21: 720.0}


async def test_a_batch_is_counted_once_whatever_is_computed_again() -> None:
    monitor = Monitor(now=T0 + 20 * MINUTE)
    await monitor.post(sent(T0 + 18 * MINUTE, request_id="a"))
    await tick(monitor, T0 + 21 * MINUTE)
    monitor.restart()
    monitor.now = T0 + 21 * MINUTE + MINUTE / 2
    await monitor.post(sent(T0 + 19 * MINUTE, request_id="b"))
    for minutes in (22, 23, 24):
        await tick(monitor, T0 + minutes * MINUTE)

    found = await greatest(monitor)
    assert noticed(found["arrival",]) == {21: 120.0, 22: 150.0}


async def test_requests_and_metrics_are_told_apart() -> None:
    monitor = Monitor(now=T0 + 20 * MINUTE)
    await monitor.post(sent(T0 + 19 * MINUTE))
    await monitor.post_metrics(value("depth", T0 + 15 * MINUTE))
    await tick(monitor, T0 + 21 * MINUTE)

    found = await greatest(monitor, ("stage", "of"))
    assert noticed(found["arrival", "requests"]) == {21: 60.0}
    assert noticed(found["arrival", "metrics"]) == {21: 300.0}


async def test_the_metric_does_not_tell_of_itself() -> None:
    monitor = Monitor(now=T0 + 20 * MINUTE)
    await monitor.post(sent(T0 + 19 * MINUTE))

    assert [await tick(monitor, T0 + minutes * MINUTE) for minutes in range(21, 26)] == [
        1,
        0,
        0,
        0,
        0,
    ]


async def test_a_rollup_that_was_away_says_for_how_long() -> None:
    monitor = Monitor(now=T0)
    await tick(monitor, T0)
    await tick(monitor, T0 + MINUTE)
    await tick(monitor, T0 + 31 * MINUTE)

    assert noticed((await greatest(monitor))["rollup",]) == {31: 31 * 60.0}


async def test_a_run_that_came_too_late_leaves_what_it_met_to_the_next() -> None:
    memory = MemoryTables()
    tables = WatchedTables(memory)
    monitor = Monitor(now=T0 + 20 * MINUTE, memory=memory, tables=tables)
    await monitor.roll(T0 + 20 * MINUTE)
    await monitor.post(sent(T0 + 19 * MINUTE))
    tables.before["replace"] = deque([raising(Stale("another run moved the cursor"))])
    with pytest.raises(Stale):
        await tick(monitor, T0 + 21 * MINUTE)

    await tick(monitor, T0 + 22 * MINUTE)

    assert noticed((await greatest(monitor))["arrival",]) == {22: 60.0}


async def test_clients_may_not_report_it() -> None:
    with pytest.raises(InvalidInput, match="ingest_lag_s"):
        await Monitor().post_metrics(value("ingest_lag_s"))


async def fired(monitor: Monitor, at: datetime) -> dict[Labels, str]:
    """Evaluate what is due and return the state of each label set of `ingest_lag`."""
    app = monitor.app
    ports = AlertingPorts(app.documents, app.cursors, app.alerts, app.registry, app.load_frame)
    await evaluate_alerts(
        now=at,
        ports=ports,
        context=Context(),
        catch_up_m=60,
        timer=lambda: 0.0,
        budget_s=60.0,
    )
    stored = (await app.alerts.states()).get("ingest_lag")
    return {each.labels: each.state for each in stored.state.instances} if stored else {}


async def test_a_late_batch_ends_in_an_alert_and_punctual_ones_end_it() -> None:
    monitor = Monitor(now=T0)
    seen = []
    for minutes in range(16):
        monitor.now = at = T0 + minutes * MINUTE
        late = 10 * MINUTE if minutes == 3 else MINUTE / 4
        await monitor.post(sent(at - late))
        await tick(monitor, at + MINUTE)
        states = await fired(monitor, at + 1.5 * MINUTE)
        seen.append("x" if states.get((("stage", "arrival"),)) == State.FIRING else ".")

    # Noticed by the run of minute 4, which is complete for the run of minute 6, the sixth.
    assert "".join(seen) == ".....xxxxx......"


async def test_it_does_not_pass_for_something_that_arrives() -> None:
    monitor = Monitor(now=T0)
    await monitor.post(*(sent(T0 - n * MINUTE) for n in range(80)))
    await tick(monitor, T0 + 4 * MINUTE)
    await tick(monitor, T0 + 20 * MINUTE)
    app = monitor.app

    since = await record_silence(
        minute_of(T0) + 19, before=None, load_frame=app.load_frame, cursors=app.cursors
    )

    assert set(await greatest(monitor)) == {("arrival",), ("rollup",)}
    assert since == minute_of(T0) + 1
