"""Baselines from stored rollups: what the timer and a call make of them."""

import msgspec
import pytest

from shared.domain.baseline.view import NoBaselineView
from shared.domain.span import Span
from shared.domain.timeline import instant
from shared.services.annotations import COLLECTION as ANNOTATIONS
from shared.services.annotations import make_annotation
from shared.services.baseline_showing import get_baseline
from shared.services.baselines import establish_baseline
from tests.domain.factories import MINUTE, T0
from tests.services.baseline_factories import START, Learning, unhurried
from tests.services.monitor_factories import HOUR, MODEL, value


async def test_a_model_and_each_of_its_deployments_get_a_baseline() -> None:
    made = Learning()
    await made.traffic(30, deployment="east")
    await made.traffic(30, lambda _: 3000.0, deployment="west")

    run = await made.compute()

    assert (run.established, run.versions) == (3, 3)
    east, west, both = [await made.current(name) for name in ("east", "west", "")]
    assert east.metrics["response_time_ms"].center == pytest.approx(1000, rel=0.05)
    assert west.metrics["response_time_ms"].center == pytest.approx(3000, rel=0.05)
    assert both.metrics["response_time_avg_ms"].center == pytest.approx(2050, rel=0.05)
    assert both.metrics["response_time_ms"].sample_size == 2 * 10 * 29 + 2
    assert both.metrics["error_rate"].center == 0


async def test_the_last_hour_is_judged_and_not_learned_from() -> None:
    made = Learning()
    await made.traffic(30, lambda ago: 60_000.0 if ago == 1 else 1000.0)

    run = await made.compute(T0)

    found = await made.current()
    assert run.end == found.end == START - 60
    assert found.metrics["response_time_ms"].p95 < 1100
    assert found.metrics["response_time_ms"].sample_size == 29 * 10


async def test_the_first_hour_is_learned_from_by_minutes_with_little_confidence() -> None:
    made = Learning()
    await made.traffic(2)

    await made.compute(T0)

    metric = (await made.current()).metrics["response_time_ms"]
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
        found.append((await made.current()).confidence)

    assert found == sorted(found)


async def test_an_annotated_incident_is_left_out() -> None:
    made = Learning()
    await made.traffic(40, lambda ago: 9000.0 if 10 <= ago < 20 else 1000.0)
    await made.compute(T0)
    with_it = (await made.current()).metrics["response_time_ms"]
    body = {
        "kind": "incident",
        "start": (T0 - 19 * HOUR).isoformat(),
        "end": (T0 - 9 * HOUR - MINUTE).isoformat(),
        "labels": {"model": MODEL},
        "text": "region down",
        "by": "ada",
    }
    documents = made.monitor.app.documents
    await make_annotation(_json(body), documents=documents)
    await make_annotation(
        _json(body | {"kind": "release", "start": T0.isoformat(), "end": None}), documents=documents
    )
    await make_annotation(
        _json(body | {"start": (T0 - 39 * HOUR).isoformat(), "labels": {"model": "another"}}),
        documents=documents,
    )

    await made.compute(T0 + 5 * MINUTE)

    without = (await made.current()).metrics["response_time_ms"]
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
    await make_annotation(_json(incident), documents=made.monitor.app.documents)

    await made.compute(T0)

    assert (await made.current()).metrics["response_time_ms"].p95 < 1100


async def test_a_call_learns_from_its_span_alone() -> None:
    made = Learning()
    await made.traffic(60, lambda ago: 5000.0 if ago <= 20 else 1000.0)

    found = await made.establish(T0 - 60 * HOUR, T0 - 20 * HOUR)

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


async def test_when_time_runs_out_the_latest_days_are_what_is_learned_from() -> None:
    made = Learning()
    await made.traffic(60)

    run = await made.compute(T0, budget_s=0.0)

    assert instant(run.first) == T0.replace(hour=0)
    found = await made.current()
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

    metric = (await made.current()).metrics["quality_groundedness"]
    assert metric.center == pytest.approx(0.8)
    assert metric.sample_size == 30
    assert (await made.current("east")).metrics["quality_groundedness"].sample_size == 30


def _json(body: object) -> bytes:
    return msgspec.json.encode(body)
