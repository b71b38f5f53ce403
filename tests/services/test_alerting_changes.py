"""What interferes with alerts: rules that change, silence, and nobody to tell."""

import msgspec
import pytest

from shared.domain.alert.alert import Availability, Context, ResolvedReason, State
from shared.domain.record.metric_record import MetricKind
from shared.domain.rule.rule import AlertRule
from shared.domain.rule.words import NoData
from shared.services.metric_registry import MetricType
from shared.services.ports import Document
from shared.services.rules import delete_rule
from tests.domain.rule_factories import BREACH, MINUTE, T0, rule
from tests.services.alert_factories import monitor, told


@pytest.mark.parametrize(
    "changed",
    [rule(threshold=6.0), rule(enabled=False), None],
    ids=["threshold", "disabled", "deleted"],
)
async def test_another_question_resolves_the_alerts(changed: AlertRule | None) -> None:
    made = await monitor(rule())
    made.story("xx")
    await made.evaluate(1)
    if changed is None:
        await delete_rule("slow", documents=made.documents)
    else:
        await made.add(changed)

    await made.run(1)

    events = [event for event in await made.events() if event.name == "alert.resolved"]
    assert [event.properties["resolved_reason"] for event in events] == ["rule_changed"]
    (ended,) = await made.alerts.resolved(T0, T0 + 9 * MINUTE)
    assert ended.resolved_reason is ResolvedReason.RULE_CHANGED


async def test_a_changed_rule_goes_on_with_its_new_question() -> None:
    made = await monitor(rule())
    made.story("xxx")
    await made.evaluate(1)
    await made.add(rule(threshold=6.0))

    await made.evaluate(2)

    (instance,) = (await made.instances()).values()
    assert (instance.state, instance.active_since) == (State.FIRING, T0 + 2 * MINUTE)
    assert "2 firing/cooldown" in told(await made.events())


async def test_a_deleted_rule_leaves_no_state() -> None:
    made = await monitor(rule())
    made.story("x")
    await made.evaluate(1)
    await delete_rule("slow", documents=made.documents)

    await made.evaluate(2)

    assert await made.alerts.states() == {}


async def test_new_words_and_timing_leave_an_alert_alone() -> None:
    made = await monitor(rule())
    made.story("xx")
    await made.evaluate(1)
    await made.add(rule(description="new words", for_s=600))

    await made.evaluate(2)

    (stored,) = (await made.alerts.states()).values()
    assert stored.state.rule.description == "new words"
    assert stored.state.instances[0].state is State.FIRING
    assert told(await made.events()) == ["1 firing"]


async def test_silence_after_traffic_suspends_all_but_the_rule_on_silence() -> None:
    made = await monitor(rule(no_data=NoData.OK, window_s=300))
    made.story("." * 69 + "x", first=-69)
    await made.evaluate(0)

    for at in range(1, 13):
        made.report(0, BREACH) if at == 1 else None
        await made.evaluate(at)

    events = await made.events()
    assert [event.properties["rule"] for event in events if event.name == "alert.firing"] == [
        "slow",
        "ingest_silence",
    ]
    (silent,) = (await made.instances("ingest_silence")).values()
    assert silent.active_since == T0 + 11 * MINUTE


async def test_while_suspended_an_alert_keeps_firing_and_says_so() -> None:
    made = await monitor(rule(no_data=NoData.OK, window_s=1200))
    made.story("x" * 70, first=-70)
    await made.evaluate(0)

    for at in range(1, 30):
        await made.evaluate(at)

    (instance,) = (await made.instances()).values()
    assert (instance.state, instance.data) == (State.FIRING, Availability.SUSPENDED)


async def test_the_state_of_what_fires_is_told_every_five_minutes_and_never_of_old_minutes() -> (
    None
):
    made = await monitor(rule())
    made.story("x" * 40)
    await made.evaluate(0)

    caught_up = await made.evaluate(32)
    live = await made.evaluate(33)
    beating = await made.evaluate(35)

    assert [(event.time - T0) / MINUTE for event in caught_up.beats] == [25, 30]
    assert live.beats == []
    (beat,) = beating.beats
    assert (beat.name, beat.measurements["firing_s"]) == ("alert.state", 34 * 60)


async def test_the_stored_value_of_a_firing_alert_is_refreshed_with_its_beat() -> None:
    made = await monitor(rule())
    for at in range(10):
        made.report(at, BREACH + 9 - at)

    for at in range(1, 8):
        await made.evaluate(at)

    (instance,) = (await made.instances()).values()
    assert instance.value == BREACH + 5
    assert instance.worst == BREACH + 9


async def test_without_a_connection_alerts_are_kept_and_nothing_waits() -> None:
    made = await monitor(rule())
    made.context = Context("test", connected=False)
    made.story("x.")

    await made.evaluate(1)
    await made.evaluate(2)

    assert await made.events() == []
    (ended,) = await made.alerts.resolved(T0, T0 + 9 * MINUTE)
    assert [note.reason for note in ended.notifications] == ["not_connected", "not_connected"]


async def test_the_unit_a_client_reports_in_is_told() -> None:
    made = await monitor(rule())
    body = msgspec.json.encode(MetricType(MetricKind.GAUGE, "By"))
    await made.documents.put("metrics", Document("latency", body))
    made.story("x")

    await made.evaluate(1)

    (event,) = await made.events()
    assert event.properties["unit"] == "By"
    assert "is 9 By, above 5 By" in event.properties["message"]
