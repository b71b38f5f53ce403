"""Baselines as rules are held against them: from stored ones to an alert that fires."""

import numpy as np
import pytest

from shared.domain.event import ALERT_FIRING, Event
from shared.domain.metric.window import Aggregation, Expression
from shared.domain.rule.baseline_rule import BaselineRule
from shared.services.alert_tick import alert_tick
from shared.services.alerting import AlertingPorts
from shared.services.baseline_normals import StoredBaselines
from shared.services.references import with_availability
from shared.services.rules import put_rule
from tests.domain.factories import MINUTE, T0
from tests.services.baseline_factories import START, Learning
from tests.services.monitor_factories import DAY, HOUR, MODEL, sent

SLOW = Expression(
    "model_response_time", Aggregation.AVG, 5, ("model", "deployment"), (("model", MODEL),)
)
LABELS = (("model", MODEL), ("deployment", MODEL))
NOW = range(START + 8, START + 10)


async def _learned(hours: int = 60) -> Learning:
    made = Learning()
    await made.traffic(hours)
    await made.compute()
    return made


def _stored(made: Learning) -> StoredBaselines:
    return StoredBaselines(made.monitor.app.documents)


async def test_a_rule_gets_centre_and_spread_of_each_of_its_minutes() -> None:
    found = await _stored(await _learned()).normals(SLOW, NOW)

    assert found.keys() == {LABELS}
    assert found[LABELS].center == pytest.approx([1027, 1027], rel=0.01)
    assert (found[LABELS].spread > 0).all()


@pytest.mark.parametrize(
    ("group_by", "where", "expected"),
    [
        (("model",), (), {(("model", MODEL),)}),
        (("deployment", "model"), (), {LABELS[::-1]}),
        (("deployment",), (), {LABELS[1:]}),
        ((), (("model", MODEL),), {()}),
        ((), (("deployment", MODEL),), {()}),
        (("model",), (("model", "other"),), set()),
        (("application",), (), set()),
        ((), (), set()),
    ],
)
async def test_series_are_those_that_grouping_and_filter_name(
    group_by: tuple[str, ...], where: tuple[tuple[str, str], ...], expected: set[object]
) -> None:
    asked = Expression("model_response_time", Aggregation.P50, 5, group_by, where)

    assert (await _stored(await _learned(30)).normals(asked, NOW)).keys() == expected


async def test_deployments_of_one_name_but_two_models_are_not_taken_for_one() -> None:
    made = Learning()
    await made.traffic(30, deployment="prod")
    await made.traffic(30, model="other", deployment="prod")
    await made.compute()
    asked = Expression("model_response_time", Aggregation.P50, 5, ("deployment",))

    assert await _stored(made).normals(asked, NOW) == {}


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        (SLOW, None),
        (Expression("model_error_rate", Aggregation.AVG, 5, ("model",)), None),
        (Expression("model_quality_groundedness", Aggregation.AVG, 5, ("model",)), None),
        (Expression("model_tokens_used", Aggregation.AVG, 5, ("model",)), None),
        (
            Expression("model_response_time", Aggregation.P99, 5, ("model",)),
            "p99 of model_response_time has no baseline",
        ),
        (Expression("queue_depth", Aggregation.AVG, 5), "avg of queue_depth has no baseline"),
        (
            Expression("model_error_rate", Aggregation.AVG, 5, ("application",)),
            "baselines are by model and deployment, not by application",
        ),
        (
            Expression("model_error_rate", Aggregation.AVG, 5),
            "baselines are by model and deployment: group or filter by one of them",
        ),
    ],
)
async def test_what_has_no_baseline_says_why(asked: Expression, reason: str | None) -> None:
    stored = _stored(Learning())

    assert stored.unavailable(asked) == reason
    if reason is not None:
        assert await stored.normals(asked, NOW) == {}


async def test_a_minute_is_never_judged_by_what_came_after_it() -> None:
    made = await _learned()
    await made.compute(T0 + DAY)

    minutes = range(START - 3 * 1440, START + 2 * 1440, 60)
    found = (await _stored(made).normals(SLOW, minutes))[LABELS]

    # Known by the version of T0's day from the next midnight on, before that by none.
    midnight = START - 600 + 1440
    assert np.isnan(found.center).tolist() == [minute < midnight for minute in minutes]


async def test_what_is_in_force_is_read_again_after_five_minutes() -> None:
    made = await _learned(30)
    stored = _stored(made)
    before = await stored.normals(SLOW, range(START + 8, START + 9))
    await made.compute(T0 + HOUR)

    soon = await stored.normals(SLOW, range(START + 12, START + 13))
    later = await stored.normals(SLOW, range(START + 13, START + 14))

    assert soon[LABELS].spread == before[LABELS].spread
    assert later[LABELS].spread != before[LABELS].spread


async def _tick(made: Learning, minute: int) -> list[Event]:
    app, now = made.monitor.app, T0 + minute * MINUTE
    await made.monitor.roll(now)
    await alert_tick(
        now=now,
        ports=AlertingPorts(
            app.documents, app.cursors, app.alerts, app.registry, app.load_frame, app.references
        ),
        groups=app.groups,
        telemetry=made.insights,
        environment="test",
        catch_up_m=60,
        timer=lambda: 0.0,
        budget_s=10.0,
    )
    return [each for each in made.insights.events if each.name == ALERT_FIRING]


@pytest.mark.parametrize(("duration_ms", "fires"), [(1100.0, False), (4000.0, True)])
async def test_a_deviation_from_what_was_learned_fires(duration_ms: float, fires: bool) -> None:
    made = await _learned()
    app = made.monitor.app
    odd = BaselineRule(
        name="odd", metric="model_response_time", window_s=300, group_by=("model", "deployment")
    )
    assert await with_availability(odd, ports=app.references) == odd
    await put_rule(odd, documents=app.documents)
    await _tick(made, 8)
    assert made.insights.events
    made.monitor.now = T0 + 12 * MINUTE
    records = [sent(T0 + (8 + at / 10) * MINUTE, duration_ms) for at in range(30)]
    await made.monitor.post(*records)

    events = [each for each in await _tick(made, 13) if each.properties["rule"] == "odd"]

    assert bool(events) == fires
    for event in events:
        assert event.measurements["value"] == 4000
        assert event.measurements["threshold"] == pytest.approx(1027 * 1.2, rel=0.01)
    told = {each.name for each in made.insights.events}
    assert "baseline.updated" in told
