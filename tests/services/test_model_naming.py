"""A deployment's name is never taken for its model: reports, charts, requests, alerts, digests."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from shared.domain.alert.alert import Context
from shared.domain.alert.view import Stage
from shared.domain.digest.day import index_of
from shared.domain.record.rows import RowFilter
from shared.domain.rollup.measures import Kind
from shared.domain.rollup.stored_rollup import Grain
from shared.domain.timeline import BUCKET_M, DAY_M, floor_to, minute_of, rfc3339
from shared.services.alerting import AlertingPorts, evaluate_alerts
from shared.services.alerts import AlertPorts, list_alerts
from shared.services.anomalies import ScoringPorts, score_anomalies
from shared.services.anomaly_showing import model_anomalies
from shared.services.deployments import DeploymentName, put_deployment
from shared.services.digest_ports import Stage as DigestStage
from shared.services.digests import Budget, Outcome, make_digests
from shared.services.report import list_models
from shared.services.requests import find_requests
from shared.services.successors import model_successors
from tests.domain.factories import MINUTE, T0
from tests.services.monitor_factories import DAY, HOUR, MODEL, Json, Monitor, sent, span

SENT = "mini-prod"
DEPLOYMENT: Json = {"model": SENT, "deployment": SENT, "input_tokens": 100, "output_tokens": 10}
AROUND = span(T0 - HOUR, T0 + HOUR)


async def configure(monitor: Monitor, name: str = SENT, /, **config: Any) -> None:
    body = msgspec.json.encode({"model": MODEL} | config)
    await put_deployment(
        DeploymentName(name, config.get("resource")),
        body,
        strict=True,
        now=monitor.now,
        documents=monitor.app.documents,
    )


async def models(monitor: Monitor) -> dict[str, Json]:
    found = await list_models(AROUND, ports=monitor.app.reading)
    return {each["model"]: each for each in found["models"]}


async def raw(monitor: Monitor, **names: str) -> list[Json]:
    found = await find_requests(
        AROUND,
        RowFilter(AROUND.first, AROUND.end, names),
        limit=100,
        after=None,
        chunks=monitor.app.chunks,
        cursors=monitor.app.cursors,
        load_pricing=monitor.app.load_pricing,
    )
    requests: list[Json] = found["requests"]
    return requests


@pytest.mark.parametrize("rolled", [False, True], ids=["just arrived", "rolled up"])
@pytest.mark.parametrize("late", [False, True], ids=["configured before", "configured after"])
async def test_the_configuration_names_the_model(rolled: bool, late: bool) -> None:
    monitor = Monitor()
    if not late:
        await configure(monitor)
    await monitor.post(sent(T0, **DEPLOYMENT), sent(T0, deployment=SENT), sent(T0, model="other"))
    if rolled:
        await monitor.roll()
    if late:
        await configure(monitor)
    report = await monitor.report()
    assert (report["total_requests"], report["model_assumed"]) == (2, False)
    assert (await monitor.report(model=SENT))["no_data"] is True
    assert set(await models(monitor)) == {MODEL, "other"}
    chart = await monitor.chart("model_requests_total", over=AROUND, group_by=("model",))
    assert set(chart) == {(MODEL,), ("other",)}
    assert chart[MODEL,][60] == 2


async def test_what_is_stored_does_not_depend_on_what_is_configured() -> None:
    plain, configured = Monitor(), Monitor()
    await configure(configured)
    for monitor in (plain, configured):
        await monitor.post(sent(T0, **DEPLOYMENT), batch_id="one")
        await monitor.roll()
    bucket = floor_to(minute_of(T0), BUCKET_M)
    span_m = (Kind.REQUEST, Grain.BUCKET, bucket, bucket + BUCKET_M)
    stored = [await each.app.rollups.versions(*span_m) for each in (plain, configured)]
    assert len(stored[0]) == 1
    assert stored[0] == stored[1]
    assert (await plain.post(sent(T0, **DEPLOYMENT), batch_id="one")).duplicate
    await configure(plain)
    assert (await plain.post(sent(T0, **DEPLOYMENT), batch_id="one")).duplicate


async def test_a_name_that_nobody_explains_stays_and_is_marked() -> None:
    monitor = Monitor()
    await monitor.post(
        sent(T0, **DEPLOYMENT),
        sent(T0, model="house-7b", deployment="chat"),
        sent(T0, model="gpt-4.1"),
    )
    found = await models(monitor)
    marked = {name: each["model_assumed"] for name, each in found.items()}
    assert marked == {SENT: True, "house-7b": False, "gpt-4.1": False}
    assert (await monitor.report(model=SENT))["model_assumed"] is True
    assert {row["model"]: row.get("model_assumed") for row in await raw(monitor)} == {
        SENT: True,
        "house-7b": None,
        "gpt-4.1": None,
    }


async def test_raw_requests_are_found_by_their_model_and_say_what_was_sent() -> None:
    monitor = Monitor()
    await configure(monitor)
    await monitor.post(sent(T0, request_id="a", **DEPLOYMENT), sent(T0, request_id="b"))
    found = {row["request_id"]: row for row in await raw(monitor, model=MODEL)}
    assert (found["a"]["model"], found["a"]["model_sent"]) == (MODEL, SENT)
    assert (found["b"]["model"], "model_sent" in found["b"]) == (MODEL, False)
    assert await raw(monitor, model=SENT) == []


async def test_a_configuration_counts_for_its_days() -> None:
    monitor = Monitor(now=T0 + DAY)
    await monitor.post(sent(T0, **DEPLOYMENT), sent(T0 + DAY, **DEPLOYMENT))
    await configure(monitor, effective_from="2026-11-24T06:00:00Z")
    assert (await monitor.report(T0 - DAY, T0 + 2 * DAY))["total_requests"] == 1
    assert (await monitor.report(T0 - DAY, T0 + 2 * DAY, model=SENT))["total_requests"] == 1


async def test_deployments_of_the_same_name_are_told_apart_by_their_resource() -> None:
    monitor = Monitor()
    await configure(monitor, resource="west")
    await configure(monitor, resource="east", model="gpt-4.1")
    await monitor.post(*(sent(T0, resource=r, **DEPLOYMENT) for r in ("west", "east", "south")))
    assert set(await models(monitor)) == {MODEL, "gpt-4.1", SENT}


async def test_what_spilled_over_has_the_model_of_the_deployment_that_served_it() -> None:
    monitor = Monitor()
    await configure(monitor, spillover_to="mini-spill")
    await monitor.post(sent(T0, deployment_served="mini-spill", **DEPLOYMENT))
    assert set(await models(monitor)) == {MODEL}
    await configure(monitor, "mini-spill", model="gpt-5")
    assert set(await models(monitor)) == {"gpt-5"}


async def test_a_clients_metric_keeps_its_attributes() -> None:
    monitor = Monitor()
    await configure(monitor)
    labels = {"model": SENT, "deployment": SENT}
    await monitor.post_metrics(
        {"name": "queue", "kind": "gauge", "value": 1, "timestamp": rfc3339(T0)}
        | {"attributes": labels},
        {"name": "model_quality_tone", "kind": "gauge", "value": 1, "attributes": labels}
        | {"timestamp": rfc3339(T0)},
    )
    over = span(T0 - DAY, T0 + DAY)
    assert set(await monitor.chart("queue", over=over, group_by=("model",))) == {(SENT,)}
    quality = await monitor.chart("model_quality_tone", over=over, group_by=("model",))
    assert set(quality) == {(MODEL,)}


async def evaluate(monitor: Monitor, at: timedelta) -> dict[str, str]:
    """Roll up and evaluate; return model -> state of the alerts there are."""
    app = monitor.app
    await monitor.roll(T0 + at)
    await evaluate_alerts(
        now=T0 + at + MINUTE / 2,
        ports=AlertingPorts(
            app.documents, app.cursors, app.alerts, app.registry, app.load_frame, app.references
        ),
        context=Context("test"),
        catch_up_m=60,
        timer=lambda: 0.0,
        budget_s=60.0,
    )
    ports = AlertPorts(app.alerts, app.registry)
    found = await list_alerts(
        [Stage.FIRING, Stage.RESOLVED], span(T0 - DAY, T0 + DAY), limit=9, after=None, ports=ports
    )
    return {
        each.labels["model"]: each.resolved_reason or each.state
        for each in found.alerts
        if each.rule == "model_response_time"
    }


async def test_an_alert_on_a_deployments_name_makes_way_for_one_on_its_model() -> None:
    monitor = Monitor()
    await monitor.roll(T0)
    await monitor.post(sent(T0 + MINUTE / 2, 9000.0, **DEPLOYMENT))
    assert await evaluate(monitor, 2 * MINUTE) == {SENT: "firing"}
    await configure(monitor)
    await monitor.post(sent(T0 + 2.5 * MINUTE, 9000.0, **DEPLOYMENT))
    assert await evaluate(monitor, 4 * MINUTE) == {SENT: "no_data", MODEL: "firing"}


async def test_a_digest_is_made_anew_once_its_models_are_known() -> None:
    monitor = Monitor()
    await monitor.post(sent(T0, **DEPLOYMENT))

    async def digested(at: timedelta) -> tuple[dict[str, Outcome], set[str]]:
        monitor.now = T0 + at
        await monitor.roll()
        budget = Budget(lambda: 0.0, 1.0)
        ports = monitor.app.digests
        made = await make_digests(now=monitor.now, ports=ports, budget=budget)
        stored = await ports.digests.read(floor_to(minute_of(T0), DAY_M), DigestStage.FINISHED)
        assert stored is not None
        return made, {model for _, _, model, _ in index_of(stored[1]).places}

    assert await digested(DAY) == ({"20261123": Outcome.BUILT}, {SENT})
    assert await digested(DAY + HOUR) == ({}, {SENT})
    await configure(monitor)
    assert await digested(DAY + 2 * HOUR) == ({"20261123": Outcome.BUILT}, {MODEL})
    await configure(monitor, "unused", model="gpt-5")
    assert await digested(DAY + 3 * HOUR) == ({}, {MODEL})


@pytest.mark.parametrize("deployment", [SENT, "chat"])
async def test_successors_are_those_of_the_model_that_its_traffic_is(deployment: str) -> None:
    monitor = Monitor()
    await monitor.post(sent(T0, **DEPLOYMENT | {"deployment": deployment}))
    await configure(monitor, deployment)
    name = MODEL if deployment == SENT else SENT
    view = await model_successors(name, {}, AROUND, now=T0, ports=monitor.app.costs)
    assert (view.requests, view.retires_on) == (1, "2027-02-09")


async def test_scores_go_on_under_the_model() -> None:
    monitor = Monitor()
    app = monitor.app
    ports = ScoringPorts(app.rollups, app.anomalies, app.cursors, app.load_pricing)

    async def scored(at: timedelta) -> list[tuple[str, int]]:
        await monitor.post(*(sent(T0 + at - MINUTE, **DEPLOYMENT) for _ in range(5)))
        await monitor.roll(T0 + at + MINUTE)
        await score_anomalies(ports=ports, timer=lambda: 0.0, budget_s=1.0)
        shown = [
            await model_anomalies(
                name, "", "requests", AROUND, boards=app.reading.boards, cursors=app.cursors
            )
            for name in (SENT, MODEL)
        ]
        return [
            (each.model_name, sum(point.value is not None for point in series.points))
            for each in shown
            for series in each.series
        ]

    for minutes in range(5, 25, 5):
        monitor.now = T0 + minutes * MINUTE
        before = await scored(minutes * MINUTE)
    assert before == [(SENT, 4)]
    await configure(monitor)
    monitor.now = T0 + 25 * MINUTE
    assert await scored(25 * MINUTE) == [(MODEL, 5)]
