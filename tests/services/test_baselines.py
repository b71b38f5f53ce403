"""Baselines from stored rollups: what the timer and a call make of them."""

from dataclasses import replace
from datetime import datetime

import msgspec
import pytest

from shared.domain.baseline.baseline import Baseline
from shared.domain.baseline.view import BaselineView, NoBaselineView
from shared.domain.span import Span
from shared.domain.timeline import instant
from shared.services.annotations import COLLECTION as ANNOTATIONS
from shared.services.annotations import post_annotation
from shared.services.baseline_showing import get_baseline
from shared.services.baseline_store import KEPT, find_baseline, replaced_on
from shared.services.baselines import establish_baseline
from tests.domain.factories import MINUTE, T0
from tests.services.baseline_factories import START, Learning, unhurried
from tests.services.monitor_factories import DAY, HOUR, MODEL, value


async def _current(made: Learning, deployment: str = "", model: str = MODEL) -> Baseline:
    found = await find_baseline(model, deployment, made.monitor.app.documents)
    assert found is not None
    return found


async def _establish(made: Learning, first: datetime, end: datetime, **given: bool) -> BaselineView:
    found = await establish_baseline(
        MODEL,
        "",
        Span(int(first.timestamp()) // 60, int(end.timestamp()) // 60),
        pinned=given.get("pinned", False),
        now=made.monitor.now,
        ports=made.ports,
        budget=unhurried(),
    )
    assert isinstance(found, BaselineView)
    return found


async def test_a_model_and_each_of_its_deployments_get_a_baseline() -> None:
    made = Learning()
    await made.traffic(30, deployment="east")
    await made.traffic(30, lambda _: 3000.0, deployment="west")

    run = await made.compute()

    assert (run.established, run.versions) == (3, 3)
    east, west, both = [await _current(made, name) for name in ("east", "west", "")]
    assert east.metrics["response_time_ms"].center == pytest.approx(1000, rel=0.05)
    assert west.metrics["response_time_ms"].center == pytest.approx(3000, rel=0.05)
    assert both.metrics["response_time_avg_ms"].center == pytest.approx(2050, rel=0.05)
    assert both.metrics["response_time_ms"].sample_size == 2 * 10 * 29 + 2
    assert both.metrics["error_rate"].center == 0


async def test_the_last_hour_is_judged_and_not_learned_from() -> None:
    made = Learning()
    await made.traffic(30, lambda ago: 60_000.0 if ago == 1 else 1000.0)

    run = await made.compute(T0)

    found = await _current(made)
    assert run.end == found.end == START - 60
    assert found.metrics["response_time_ms"].p95 < 1100
    assert found.metrics["response_time_ms"].sample_size == 29 * 10


async def test_the_first_hour_is_learned_from_by_minutes_with_little_confidence() -> None:
    made = Learning()
    await made.traffic(2)

    await made.compute(T0)

    metric = (await _current(made)).metrics["response_time_ms"]
    assert metric.step_m == 5
    assert metric.center == pytest.approx(1000, rel=0.05)
    assert metric.interval is not None
    assert 0 < metric.confidence < 0.1
    assert metric.sample_size == 10


async def test_confidence_grows_from_hour_to_hour() -> None:
    found = []
    for hours in (2, 4, 12, 30, 100):
        made = Learning()
        await made.traffic(hours)
        await made.compute(T0)
        found.append((await _current(made)).confidence)

    assert found == sorted(found)


async def test_an_annotated_incident_is_left_out() -> None:
    made = Learning()
    await made.traffic(40, lambda ago: 9000.0 if 10 <= ago < 20 else 1000.0)
    await made.compute(T0)
    with_it = (await _current(made)).metrics["response_time_ms"]
    body = {
        "kind": "incident",
        "start": (T0 - 19 * HOUR).isoformat(),
        "end": (T0 - 9 * HOUR - MINUTE).isoformat(),
        "labels": {"model": MODEL},
        "text": "region down",
        "by": "ada",
    }
    documents = made.monitor.app.documents
    await post_annotation(_json(body), documents=documents)
    await post_annotation(
        _json(body | {"kind": "release", "start": T0.isoformat(), "end": None}), documents=documents
    )
    await post_annotation(
        _json(body | {"start": (T0 - 39 * HOUR).isoformat(), "labels": {"model": "another"}}),
        documents=documents,
    )

    await made.compute(T0 + 5 * MINUTE)

    without = (await _current(made)).metrics["response_time_ms"]
    assert with_it.p95 > 9000
    assert without.p95 < 1100
    assert without.sample_size == with_it.sample_size - 100 + 1
    assert len(await documents.list(ANNOTATIONS)) == 3


async def test_an_incident_of_one_application_takes_only_its_requests_out() -> None:
    made = Learning()
    await made.traffic(40, application="web")
    await made.traffic(40, lambda _: 9000.0, application="batch")
    incident = {
        "kind": "incident",
        "start": (T0 - 60 * HOUR).isoformat(),
        "labels": {"application": "batch"},
        "text": "misconfigured",
        "by": "ada",
    }
    await post_annotation(_json(incident), documents=made.monitor.app.documents)

    await made.compute(T0)

    assert (await _current(made)).metrics["response_time_ms"].p95 < 1100


async def test_running_twice_changes_and_tells_nothing() -> None:
    made = Learning()
    await made.traffic(30)
    await made.compute()
    before = await _current(made)
    told = await made.monitor.app.alerts.pending_events(10)

    again = await made.compute(T0 + 8 * MINUTE)

    assert (again.established, again.left) == (0, 2)
    assert await _current(made) == before
    assert await made.monitor.app.alerts.pending_events(10) == told
    assert len(told) == 2


async def test_hours_of_a_day_refine_a_version_and_a_day_makes_the_next() -> None:
    made = Learning()
    await made.traffic(48)

    versions = []
    for after in (0 * HOUR, HOUR, DAY, DAY + HOUR, 2 * DAY):
        await made.compute(T0 + after)
        versions.append((await _current(made)).version)

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
    pinned = await _establish(made, T0 - 50 * HOUR, T0 - 40 * HOUR, pinned=True)
    run = await made.compute(T0 + DAY)

    assert (run.established, run.left) == (1, 1)
    assert (await _current(made)).end == START - 40 * 60
    assert pinned.pinned
    assert pinned.period.start == T0 - 50 * HOUR

    free = await _establish(made, T0 - 30 * HOUR, T0)
    assert (free.version, free.pinned) == (2, False)
    assert (await made.compute(T0 + 2 * DAY)).left == 0


async def test_a_call_learns_from_its_span_alone() -> None:
    made = Learning()
    await made.traffic(60, lambda ago: 5000.0 if ago <= 20 else 1000.0)

    found = await _establish(made, T0 - 60 * HOUR, T0 - 20 * HOUR)

    assert found.metrics["response_time_ms"].center == pytest.approx(1000, rel=0.05)
    assert found.metrics["response_time_ms"].p95 < 1100
    assert len(found.metrics["response_time_ms"].seasonal) == 168


async def test_a_model_without_requests_has_no_baseline_and_a_reason() -> None:
    made = Learning()
    await made.traffic(1)
    await made.compute(T0)

    got = await get_baseline(MODEL, "", at=None, documents=made.monitor.app.documents)
    established = await establish_baseline(
        "unheard-of",
        "",
        Span(START - 100, START),
        pinned=False,
        now=T0,
        ports=made.ports,
        budget=unhurried(),
    )

    for found in (got, established):
        assert isinstance(found, NoBaselineView)
        assert found.no_baseline
        assert found.reason


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


async def test_when_time_runs_out_the_latest_days_are_what_is_learned_from() -> None:
    made = Learning()
    await made.traffic(60)

    run = await made.compute(T0, budget_s=0.0)

    assert instant(run.first) == T0.replace(hour=0)
    found = await _current(made)
    assert found.first == run.first
    assert found.metrics["response_time_ms"].sample_size == 9 * 10


async def test_quality_scores_have_a_baseline() -> None:
    made = Learning()
    await made.traffic(3)
    labels = {"model": MODEL, "deployment": "east"}
    scores = [
        value("model_quality_groundedness", T0 - 2 * HOUR + at * MINUTE, value=0.8)
        | {"attributes": labels}
        for at in range(30)
    ]
    await made.monitor.post_metrics(*scores)
    await made.monitor.roll(T0 + 3 * MINUTE)

    await made.compute(T0)

    metric = (await _current(made)).metrics["quality_groundedness"]
    assert metric.center == pytest.approx(0.8)
    assert metric.sample_size == 30
    assert (await _current(made, "east")).metrics["quality_groundedness"].sample_size == 30


def _json(body: object) -> bytes:
    return msgspec.json.encode(body)
