"""Alerts as people see them."""

from collections.abc import Sequence

import pytest

from shared.domain.alert.view import Alert, Stage
from shared.domain.span import Span
from shared.domain.timeline import instant
from shared.errors import Conflict, NotFound, Stale
from shared.services.alert_ports import AlertChange
from shared.services.alerts import AlertPorts, acknowledge, count_active, get_alert, list_alerts
from shared.services.metric_registry import MetricRegistry
from tests.domain.rule_factories import BREACH, CLEAN, MINUTE, T0, rule
from tests.services.alert_factories import START, Monitor, monitor, told

_SPAN = Span(START, START + 60)


def _ports(made: Monitor) -> AlertPorts:
    return AlertPorts(made.alerts, MetricRegistry(made.documents))


async def _list(
    made: Monitor, stages: Sequence[Stage] = tuple(Stage), span: Span = _SPAN
) -> list[Alert]:
    return (await list_alerts(stages, span, limit=100, after=None, ports=_ports(made))).alerts


async def _varied() -> Monitor:
    """One pending, one firing and one resolved alert."""
    made = await monitor(rule(for_s=60, group_by=("model",)))
    for at in range(4):
        made.report(at, CLEAN if at < 3 else BREACH, labels=(("model", "pending"),))
        made.report(at, BREACH, labels=(("model", "firing"),))
        made.report(at, BREACH if at < 2 else CLEAN, labels=(("model", "resolved"),))
        await made.evaluate(at + 1)
    return made


async def test_alerts_are_listed_newest_first() -> None:
    made = await _varied()

    found = [(alert.labels["model"], alert.state) for alert in await _list(made)]

    assert found[0] == ("pending", "pending")
    assert sorted(found[1:]) == [("firing", "firing"), ("resolved", "resolved")]


@pytest.mark.parametrize("stage", Stage)
async def test_a_list_can_be_of_one_state(stage: Stage) -> None:
    made = await _varied()

    assert [alert.labels["model"] for alert in await _list(made, [stage])] == [stage]


async def test_resolved_alerts_are_listed_by_when_they_ended() -> None:
    made = await _varied()
    (ended,) = await _list(made, [Stage.RESOLVED])
    assert ended.resolved_at == T0 + 3 * MINUTE

    assert await _list(made, [Stage.RESOLVED], Span(START, START + 3)) == []
    assert await _list(made, [Stage.RESOLVED], Span(START + 3, START + 4)) == [ended]


async def test_a_list_goes_on_where_a_page_ended() -> None:
    made = await _varied()
    every = await _list(made)

    first = await list_alerts(tuple(Stage), _SPAN, limit=2, after=None, ports=_ports(made))
    rest = await list_alerts(tuple(Stage), _SPAN, limit=2, after=first.next, ports=_ports(made))

    assert [*first.alerts, *rest.alerts] == every
    assert rest.next is None


async def test_an_alert_is_found_by_its_id_while_it_lasts_and_afterwards() -> None:
    made = await _varied()

    for alert in await _list(made):
        assert await get_alert(alert.alert_id, ports=_ports(made)) == alert


async def test_an_unknown_alert_is_not_found() -> None:
    with pytest.raises(NotFound, match="alert nope does not exist"):
        await get_alert("nope", ports=_ports(await monitor()))


async def test_an_acknowledged_alert_repeats_without_waking_anybody() -> None:
    made = await monitor(rule(repeat_interval_s=120, cooldown_s=0))
    made.story("x" * 6)
    await made.evaluate(1)
    (alert,) = await _list(made)

    taken = await acknowledge(
        alert.alert_id, by="ada", comment="on it", now=T0 + MINUTE, ports=_ports(made)
    )
    for at in range(2, 6):
        await made.evaluate(at)

    assert (taken.acknowledged, taken.acknowledged_by) == (True, "ada")
    assert taken.acknowledged_comment == "on it"
    assert told(await made.events()) == [
        "1 firing",
        "3 firing/acknowledged",
        "5 firing/acknowledged",
    ]
    (alert,) = await _list(made)
    assert [note.reason for note in alert.notifications] == ["firing", *["acknowledged"] * 2]


async def test_only_alerts_that_fire_and_nobody_has_taken_on_are_active() -> None:
    made = await _varied()
    assert await count_active(alerts=made.alerts) == 1
    (alert,) = await _list(made, [Stage.FIRING])

    await acknowledge(alert.alert_id, by="ada", comment="", now=T0, ports=_ports(made))

    assert await count_active(alerts=made.alerts) == 0


async def test_a_resolved_alert_cannot_be_acknowledged() -> None:
    made = await _varied()
    (alert,) = await _list(made, [Stage.RESOLVED])

    with pytest.raises(Conflict, match="is resolved"):
        await acknowledge(alert.alert_id, by="ada", comment="", now=T0, ports=_ports(made))


async def test_a_new_episode_is_not_acknowledged() -> None:
    made = await monitor(rule())
    made.story("x.x")
    await made.evaluate(1)
    (alert,) = await _list(made)
    await acknowledge(alert.alert_id, by="ada", comment="", now=T0, ports=_ports(made))

    await made.evaluate(2)
    await made.evaluate(3)

    (again,) = await _list(made, [Stage.FIRING])
    assert not again.acknowledged


async def test_acknowledging_while_evaluation_runs_loses_neither() -> None:
    made = await monitor(rule())
    made.story("xx.")
    await made.evaluate(1)
    (alert,) = await _list(made)
    read = (await made.alerts.states())["slow"]

    await acknowledge(alert.alert_id, by="ada", comment="", now=T0, ports=_ports(made))

    with pytest.raises(Stale):
        await made.alerts.commit(AlertChange(read, read.state))
    await made.evaluate(3)
    (ended,) = await made.alerts.resolved(instant(START), instant(START + 9))
    assert ended.acknowledged_by == "ada"
