"""The hourly check: what begins and ends is told once, and judged by what it began with."""

from datetime import datetime

import pytest

from shared.domain.degradation.degradation import Gates
from shared.domain.event import Event
from shared.services.degradation_check import CheckPorts, DegradationRun, check_degradation
from tests.domain.factories import MINUTE, T0
from tests.services.baseline_factories import Learning
from tests.services.degradation_factories import HOURLY, reported, slower, steady
from tests.services.monitor_factories import DAY, HOUR, MODEL, sent


async def checked(made: Learning, at: datetime = T0) -> DegradationRun:
    """Run the hourly check."""
    made.monitor.now = at
    app = made.monitor.app
    ports = CheckPorts(app.reading, app.documents, app.alerts, Gates(), True, "test")
    return await check_degradation(now=at, ports=ports)


async def told(made: Learning) -> list[Event]:
    """Return the events about degradations that wait for delivery."""
    events = await made.monitor.app.alerts.pending_events(100)
    return [event for event in events if event.name.startswith("degradation.")]


async def test_a_start_and_an_end_are_told_once_each() -> None:
    made = Learning()
    await reported(made, slower(1.0))

    assert (await checked(made)).detected == 1
    again = await checked(made, T0 + 5 * MINUTE)
    assert (again.detected, again.open) == (0, 1)
    (start,) = await told(made)
    assert start.name == "degradation.detected"
    assert (start.properties["model"], start.properties["deployment"]) == (MODEL, MODEL)
    assert start.properties["metric"].startswith("response_time")
    assert start.measurements["change_percent"] == pytest.approx(100, rel=0.1)
    assert 0 < start.measurements["confidence"] < 1
    assert "rate" in start.properties["attribution"]

    for hour in (1, 2, 3):
        records = [sent(T0 + (hour - at / HOURLY) * HOUR, **steady(0, at)) for at in range(HOURLY)]
        made.monitor.now = T0 + hour * HOUR
        await made.monitor.post(*records)
        await made.monitor.roll(T0 + hour * HOUR)
        run = await checked(made, T0 + hour * HOUR)
        assert (run.resolved, run.open) == (
            (0, 1) if hour == 1 else (1, 0) if hour == 2 else (0, 0)
        )

    _, end = await told(made)
    assert (end.name, end.properties["resolved_reason"]) == ("degradation.resolved", "recovered")
    assert end.event_id != start.event_id
    assert end.properties["since"] == start.properties["since"]


async def test_silence_neither_begins_nor_ends_a_degradation() -> None:
    made = Learning()
    await reported(made, slower(1.0))
    await checked(made)

    for hour in (2, 3, 4):
        run = await checked(made, T0 + hour * HOUR)
        assert (run.detected, run.resolved, run.open) == (0, 0, 1)


async def test_a_crash_before_the_state_is_stored_tells_the_same_event_again() -> None:
    made = Learning()
    await reported(made, slower(1.0))
    await checked(made)
    documents = made.monitor.app.documents
    (stored,) = await documents.list("degradations")
    await documents.delete("degradations", stored)

    await checked(made, T0 + 3 * MINUTE)

    assert len({event.event_id for event in await told(made)}) == 1


async def test_a_degradation_is_judged_by_the_baseline_it_began_with() -> None:
    made = Learning()
    await reported(made, slower(1.0))
    await checked(made)
    later = T0 + 2 * DAY
    records = [
        sent(T0 + hour * HOUR + (2 + 30 * (at % 2)) * MINUTE, **slower(1.0)(0, at))
        for hour in range(48)
        for at in range(HOURLY)
    ]
    made.monitor.now = later
    await made.monitor.post(*records)
    await made.monitor.roll(later)
    await made.compute(later)

    run = await checked(made, later)

    assert (run.resolved, run.open) == (0, 1)
