"""Alerts evaluated live, then again with what has been stored since."""

from typing import Any

import msgspec
import pytest

from shared.domain.alert.alert import Context
from shared.domain.alert.reevaluation import Reevaluated
from shared.domain.alert.view import Alert, Stage
from shared.domain.rule.input import parse_rule
from shared.domain.timeline import minute_of
from shared.services.alerting import AlertingPorts, evaluate_alerts
from shared.services.alerts import AlertPorts, list_alerts
from shared.services.reevaluation import ReevaluationPorts, reevaluate
from shared.services.rules import delete_rule, put_rule
from tests.domain.factories import MINUTE, T0
from tests.services.backtest_factories import BREACH, CLEAN, ports, stated
from tests.services.monitor_factories import DAY, Monitor, span, value


async def _evaluated(signs: str, **rule: Any) -> Monitor:
    """Return a monitor that evaluated a story live: x is a breach, a point is none."""
    monitor = Monitor(now=T0)
    await _put(monitor, **rule)
    for at, sign in enumerate(signs):
        if sign != "_":
            await _report(monitor, at, BREACH if sign == "x" else CLEAN)
        await _evaluate(monitor, at)
    return monitor


async def _put(monitor: Monitor, **rule: Any) -> None:
    applied = parse_rule(msgspec.json.encode(stated(**rule)))
    await put_rule(applied, documents=monitor.app.documents)


async def _report(monitor: Monitor, at: int, seen: float) -> None:
    await monitor.post_metrics(value("latency", T0 + at * MINUTE + MINUTE / 2, value=seen))


async def _evaluate(monitor: Monitor, at: int) -> None:
    now, app = T0 + (at + 1) * MINUTE + MINUTE / 2, monitor.app
    await monitor.roll(now)
    await evaluate_alerts(
        now=now,
        ports=AlertingPorts(app.documents, app.cursors, app.alerts, app.registry, app.load_frame),
        context=Context("test"),
        catch_up_m=60,
        timer=lambda: 0.0,
        budget_s=60.0,
    )


async def _alert(monitor: Monitor) -> Alert:
    app = monitor.app
    page = await list_alerts(
        list(Stage),
        span(T0 - DAY, T0 + DAY),
        limit=10,
        after=None,
        ports=AlertPorts(app.alerts, app.registry),
    )
    (alert,) = page.alerts
    return alert


async def _again(monitor: Monitor, *, days_later: int = 0) -> Reevaluated:
    app = monitor.app
    return await reevaluate(
        await _alert(monitor),
        now=monitor.now + days_later * DAY,
        ports=ReevaluationPorts(ports(monitor), app.alerts, app.cursors),
    )


@pytest.mark.parametrize(
    ("signs", "rule"),
    [
        (".xxx....", {}),
        (".xxx....", {"for_s": 120}),
        (".xx.x...", {"keep_firing_for_s": 120}),
        (".xx", {}),
        (".x__.", {"no_data": "keep"}),
    ],
    ids=["over", "for", "keep", "firing", "gap"],
)
async def test_without_late_records_an_alert_is_as_evaluated(
    signs: str, rule: dict[str, Any]
) -> None:
    monitor = await _evaluated(signs, **rule)
    alert = await _alert(monitor)

    again = await _again(monitor)

    assert (again.differs, again.note) == (False, "as evaluated")
    assert (again.fired_at, again.resolved_at) == (alert.fired_at, alert.resolved_at)
    assert again.worst_value == alert.worst_value == BREACH
    end = len(signs) + minute_of(T0) + 1
    if alert.resolved_at:
        end = minute_of(alert.resolved_at)
    assert alert.fired_at is not None
    assert again.minutes_firing == end - minute_of(alert.fired_at)


async def test_late_records_that_excuse_the_breach_say_that_it_would_not_fire() -> None:
    monitor = await _evaluated(".x..")
    for _ in range(3):
        await _report(monitor, 1, CLEAN)

    again = await _again(monitor)

    assert (again.differs, again.fired_at, again.note) == (True, None, "would not fire")


async def test_late_records_that_worsen_the_breach_are_shown() -> None:
    monitor = await _evaluated("..x....")
    await _report(monitor, 2, 30.0)
    await _report(monitor, 1, 20.0)
    await _report(monitor, 3, 20.0)

    again = await _again(monitor)

    assert again.differs
    assert (again.fired_at, again.resolved_at) == (T0 + 2 * MINUTE, T0 + 5 * MINUTE)
    assert (again.worst_value, again.minutes_firing) == (19.5, 3)
    assert "another time" in again.note
    assert "another worst value" in again.note


async def test_what_was_one_alert_may_turn_out_to_be_two() -> None:
    monitor = await _evaluated(".xxx...")
    for _ in range(3):
        await _report(monitor, 2, CLEAN)

    again = await _again(monitor)

    assert again.note == "2 alerts instead of one"
    assert again.minutes_firing == 2


async def test_a_rule_that_asks_another_question_by_now_is_not_replayed() -> None:
    monitor = await _evaluated(".x..")
    await _put(monitor, threshold=7)

    again = await _again(monitor)

    assert (again.differs, again.note) == (None, "its rule was changed or deleted since")


async def test_an_alert_that_ended_with_its_rule_is_not_replayed() -> None:
    monitor = await _evaluated(".xx")
    await delete_rule("slow", documents=monitor.app.documents)
    await _evaluate(monitor, 3)

    again = await _again(monitor)

    assert again.differs is None
    assert again.note == "it ended because its rule was changed or deleted"


async def test_minutes_that_are_no_longer_kept_are_not_replayed() -> None:
    monitor = await _evaluated(".x..")

    again = await _again(monitor, days_later=36)

    assert (again.differs, again.note) == (None, "the minutes it saw are no longer kept")
