"""Versions of a baseline: refined within a day, told once, pinned, and kept as history."""

from dataclasses import replace

from shared.domain.baseline.view import BaselineView, NoBaselineView
from shared.domain.span import Span
from shared.services.baseline_showing import get_baseline
from shared.services.baseline_store import KEPT, replaced_on
from shared.services.baselines import establish_baseline
from tests.domain.factories import MINUTE, T0
from tests.services.baseline_factories import START, Learning, unhurried
from tests.services.monitor_factories import DAY, HOUR, MODEL


async def test_running_twice_changes_and_tells_nothing() -> None:
    made = Learning()
    await made.traffic(30)
    await made.compute()
    before = await made.current()
    told = await made.monitor.app.alerts.pending_events(10)

    again = await made.compute(T0 + 8 * MINUTE)

    assert (again.established, again.left) == (0, 2)
    assert await made.current() == before
    assert await made.monitor.app.alerts.pending_events(10) == told
    assert len(told) == 2


async def test_hours_of_a_day_refine_a_version_and_a_day_makes_the_next() -> None:
    made = Learning()
    await made.traffic(48)

    versions = []
    for after in (0 * HOUR, HOUR, DAY, DAY + HOUR, 2 * DAY):
        await made.compute(T0 + after)
        versions.append((await made.current()).version)

    assert versions == [1, 1, 2, 2, 3]
    events = await made.monitor.app.alerts.pending_events(100)
    told = [each for each in events if each.properties["deployment"] == ""]
    assert [each.properties["version"] for each in told] == ["1", "2", "3"]
    assert len({each.event_id for each in events}) == len(events)
    (kept,) = [
        each
        for each in await replaced_on(START, made.monitor.app.documents)
        if each.deployment == ""
    ]
    assert (kept.version, kept.established_at) == (1, T0 + HOUR)


async def test_an_update_is_told_with_what_is_normal() -> None:
    made = Learning()
    await made.traffic(30)
    await made.compute(T0)

    event = next(
        each
        for each in await made.monitor.app.alerts.pending_events(10)
        if each.properties["deployment"] == ""
    )

    assert event.name == "baseline.updated"
    assert event.properties["model"] == MODEL
    assert event.properties["period"] == "2026-10-24T09:00:00Z/2026-11-23T09:00:00Z"
    assert event.measurements.keys() == {
        "confidence",
        "sample_size",
        "response_time_p50_ms",
        "response_time_p95_ms",
        "error_rate",
    }
    assert event.measurements["sample_size"] == 290


async def test_without_telemetry_nothing_waits_in_the_outbox() -> None:
    made = Learning()
    await made.traffic(30)
    ports = made.ports
    await establish_baseline(
        MODEL,
        "",
        Span(START - 1440, START - 60),
        pinned=False,
        now=T0,
        ports=replace(ports, connected=False),
        budget=unhurried(),
    )

    assert await made.monitor.app.alerts.pending_count() == 0


async def test_a_pinned_baseline_stays_until_somebody_asks_for_another() -> None:
    made = Learning()
    await made.traffic(60)
    pinned = await made.establish(T0 - 50 * HOUR, T0 - 40 * HOUR, pinned=True)
    run = await made.compute(T0 + DAY)

    assert (run.established, run.left) == (1, 1)
    assert (await made.current()).end == START - 40 * 60
    assert pinned.pinned
    assert pinned.period.start == T0 - 50 * HOUR

    free = await made.establish(T0 - 30 * HOUR, T0)
    assert (free.version, free.pinned) == (2, False)
    assert (await made.compute(T0 + 2 * DAY)).left == 0


async def test_history_answers_for_a_day_and_ends_after_400() -> None:
    made = Learning()
    await made.traffic(30)
    await made.compute(T0)
    await made.compute(T0 + DAY)
    documents = made.monitor.app.documents

    first = await get_baseline(MODEL, "", at=T0 + HOUR, documents=documents)
    second = await get_baseline(MODEL, "", at=T0 + DAY, documents=documents)
    none = await get_baseline(MODEL, "", at=T0 - DAY, documents=documents)

    assert isinstance(first, BaselineView)
    assert isinstance(second, BaselineView)
    assert (first.version, second.version) == (1, 2)
    assert isinstance(none, NoBaselineView)
    assert (await made.compute(T0 + KEPT)).forgotten == 0
    assert (await made.compute(T0 + KEPT + DAY)).forgotten == 2
