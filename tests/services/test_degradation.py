"""A model that does worse is found, dated and explained; one that does not is left in peace."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec
import pytest

from shared.domain.degradation.degradation import Gates
from shared.domain.degradation.view import DegradationView
from shared.domain.event import Event
from shared.domain.span import Span
from shared.domain.timeline import rfc3339
from shared.services.annotations import post_annotation
from shared.services.degradation import DegradationPorts, get_degradation
from shared.services.degradation_check import CheckPorts, DegradationRun, check_degradation
from tests.domain.factories import MINUTE, T0
from tests.services.baseline_factories import Learning
from tests.services.monitor_factories import DAY, HOUR, MODEL, sent, span

HOURLY = 40

type Json = dict[str, Any]
type Fields = Callable[[float, int], Json]


def steady(hours_ago: float, at: int) -> Json:
    """Return a request whose length and time vary a little, as those before it did."""
    tokens = 150 + 37 * at % 101
    return {"output_tokens": tokens, "input_tokens": 300, "duration_ms": 400.0 + 4 * tokens}


async def reported(made: Learning, fields: Fields = steady, *, days: int = 2) -> None:
    """Report 40 requests an hour over the days before T0, and learn from them.

    Those of the last 6 hours are spread evenly, those before come in two buckets an hour.
    """
    records = []
    for at in range(days * 24 * HOURLY):
        hour, place = divmod(at, HOURLY)
        minutes = (place + 0.5) * 60 / HOURLY if hour < 6 else 2 + 30 * (place % 2)
        end = T0 - hour * HOUR - minutes * MINUTE
        records.append(sent(**({"end": end} | fields((T0 - end) / HOUR, at))))
    made.monitor.now = T0
    for first in range(0, len(records), 5000):
        await made.monitor.post(*records[first : first + 5000])
    await made.monitor.roll(T0 + 2 * MINUTE)
    await made.compute(T0)


async def judged(
    made: Learning,
    over: Span | None = None,
    deployment: str = "",
    *,
    deep: bool = False,
    gates: Gates | None = None,
) -> DegradationView:
    """Return the answer of the GET."""
    app = made.monitor.app
    ports = DegradationPorts(app.reading, app.chunks, app.documents, gates or Gates())
    over = over or span(T0 - HOUR, T0)
    return await get_degradation(MODEL, deployment, over, deep=deep, ports=ports)


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


def slower(hours: float, factor: float = 2.0, **fields: Any) -> Fields:
    """Return requests that took so many times as long in the last hours."""

    def of(hours_ago: float, at: int) -> Json:
        usual = steady(hours_ago, at) | fields
        off = factor if hours_ago <= hours else 1.0
        return usual | {"duration_ms": usual["duration_ms"] * off}

    return of


async def test_a_model_as_ever_is_not_degraded() -> None:
    made = Learning()
    await reported(made)

    found = await judged(made)

    assert (found.degradation_detected, found.reason, list(found.changes)) == (False, None, [])
    assert found.current_avg_response_time == pytest.approx(1200, rel=0.05)
    assert found.baseline_avg_response_time == pytest.approx(1200, rel=0.05)
    assert found.performance_change_percent == pytest.approx(0, abs=3)
    assert found.confidence is not None
    assert 0.4 < found.confidence < 1
    assert (found.sample_size, found.time_range_seconds) == (40, 3600)
    assert found.recommendations == []


async def test_a_slow_hour_is_a_degradation_that_began_when_it_did() -> None:
    made = Learning()
    await reported(made, slower(3.5))

    found = await judged(made)

    assert found.degradation_detected is True
    assert found.performance_change_percent == pytest.approx(100, rel=0.1)
    change = next(each for each in found.changes if each.metric == "response_time_ms")
    assert change.worse
    assert change.effect == pytest.approx(1.0, rel=0.1)
    assert change.p_value < 0.001
    assert change.interval.low < change.baseline < change.interval.high < change.current
    assert change.since is not None
    assert abs(change.since - (T0 - 3.5 * HOUR)) <= 10 * MINUTE
    assert change.since_earliest is not None
    assert change.since_latest is not None
    assert change.since_earliest <= T0 - 3.5 * HOUR <= change.since_latest


async def test_a_faster_hour_is_a_change_but_no_degradation() -> None:
    made = Learning()
    await reported(made, slower(1.0, 0.5))

    found = await judged(made)

    assert found.degradation_detected is False
    assert found.changes
    assert not any(change.worse for change in found.changes)


async def test_a_difference_below_the_setting_does_not_matter() -> None:
    made = Learning()
    await reported(made, slower(1.0, 1.3))

    assert (await judged(made)).degradation_detected is True
    assert (await judged(made, gates=Gates(0.5))).degradation_detected is False


async def test_longer_outputs_are_said_to_be_that() -> None:
    made = Learning()

    def longer(hours_ago: float, at: int) -> Json:
        tokens = (150 + 37 * at % 101) * (3 if hours_ago <= 1 else 1)
        return {"output_tokens": tokens, "input_tokens": 300, "duration_ms": 400.0 + 4 * tokens}

    await reported(made, longer)
    found = await judged(made)

    assert found.degradation_detected is True
    first = next(each for each in found.attribution if each.metric.startswith("response_time"))
    assert (first.cause, first.share) == ("output_length", pytest.approx(1, abs=0.2))
    assert "longer outputs" in first.text


async def test_a_slow_deployment_is_named_and_found_on_its_own() -> None:
    made = Learning()

    def mixed(hours_ago: float, at: int) -> Json:
        name = "east" if at % 2 else "west"
        slow = 3.0 if name == "west" and hours_ago <= 1 else 1.0
        usual = steady(hours_ago, at)
        return usual | {"deployment": name, "duration_ms": usual["duration_ms"] * slow}

    await reported(made, mixed)
    few = Gates(samples=15)
    found = await judged(made, gates=few)

    first = next(each for each in found.attribution if each.metric.startswith("response_time"))
    assert (first.cause, first.dimension, first.value) == ("rate", "deployment", "west")
    assert first.share == pytest.approx(1, abs=0.1)
    assert (await judged(made, deployment="west", gates=few)).degradation_detected is True
    assert (await judged(made, deployment="east", gates=few)).degradation_detected is False


async def test_failures_are_explained_by_their_type() -> None:
    made = Learning()

    def failing(hours_ago: float, at: int) -> Json:
        bad = {"error_type": "boom", "status_code": 500} if hours_ago <= 2 and at % 2 else {}
        return steady(hours_ago, at) | bad

    await reported(made, failing)
    found = await judged(made)

    change = next(each for each in found.changes if each.metric == "error_rate")
    assert (change.current, change.baseline, change.effect) == (0.5, 0.0, None)
    by_type = [each for each in found.attribution if each.by == "error_type"]
    assert [(each.value, each.share) for each in by_type] == [("boom", pytest.approx(1))]


@pytest.mark.parametrize(
    ("kind", "offset", "near"),
    [("release", -20, True), ("model", 25, True), ("prompt", -50, False)],
)
async def test_an_annotation_near_the_beginning_is_named(
    kind: str, offset: int, near: bool
) -> None:
    made = Learning()
    await reported(made, slower(2.0))
    noted = {
        "kind": kind,
        "start": rfc3339(T0 - 2 * HOUR + offset * MINUTE),
        "labels": {"model": MODEL, "application": "chat"},
        "text": "rolled out",
        "by": "ada",
    }
    documents = made.monitor.app.documents
    await post_annotation(msgspec.json.encode(noted), documents=documents)
    other = noted | {"labels": {"model": "another"}}
    await post_annotation(msgspec.json.encode(other), documents=documents)

    found = await judged(made)

    assert [each.kind for each in found.annotations] == ([kind] if near else [])


async def test_a_prompt_version_is_found_only_when_asked_for() -> None:
    made = Learning()

    def prompted(hours_ago: float, at: int) -> Json:
        usual = steady(hours_ago, at)
        latest = hours_ago <= 1 and at % 2 == 0
        slow = 4.0 if latest else 1.0
        version = "8" if latest else "7"
        return usual | {"prompt_version": version, "duration_ms": usual["duration_ms"] * slow}

    await reported(made, prompted)

    assert not any(each.by == "prompt_version" for each in (await judged(made)).attribution)
    found = await judged(made, deep=True)
    parts = [each for each in found.attribution if each.by == "prompt_version"]
    assert (parts[0].cause, parts[0].dimension, parts[0].value) == ("mix", "prompt_version", "8")
    assert sum(part.share for part in parts) == pytest.approx(1)


async def test_without_a_baseline_or_requests_nothing_is_claimed() -> None:
    made = Learning()
    made.monitor.now = T0
    empty = await judged(made)
    assert empty.degradation_detected is None
    assert "no baseline" in (empty.reason or "")

    await reported(made)
    later = await judged(made, span(T0 + HOUR, T0 + 2 * HOUR))
    assert later.degradation_detected is None
    assert "no requests" in (later.reason or "")
    short = await judged(made, span(T0 - 6 * MINUTE, T0))
    assert short.degradation_detected is None
    assert "4 requests" in (short.reason or "")


async def test_a_day_long_span_is_judged_as_a_whole() -> None:
    made = Learning()
    await reported(made, slower(24.0, 1.5), days=5)

    found = await judged(made, span(T0 - DAY, T0))

    assert found.degradation_detected is True
    assert found.time_range_seconds == 86_400
    assert found.performance_change_percent == pytest.approx(50, rel=0.2)


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
