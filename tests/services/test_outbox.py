"""The outbox: each event arrives at least once, and leaves only after it has arrived."""

import asyncio

from shared.domain.event import Event
from shared.services.outbox import Delivery, deliver_events
from tests.domain.rule_factories import BREACH, CLEAN, rule
from tests.services.alert_factories import FakeTelemetry, Monitor, monitor, told


async def _with_events(count: int = 3) -> tuple[Monitor, list[Event]]:
    made = await monitor(rule(cooldown_s=0))
    for at in range(count):
        made.report(at, BREACH if at % 2 == 0 else CLEAN)
    await made.evaluate(0)
    await made.evaluate(count, catch_up_m=10_000)
    return made, await made.events()


async def _deliver(
    made: Monitor, telemetry: FakeTelemetry, *, ticks_s: float = 0.0, budget_s: float = 10.0
) -> Delivery:
    clock = iter(at * ticks_s for at in range(1_000))
    return await deliver_events(
        alerts=made.alerts, telemetry=telemetry, timer=lambda: next(clock), budget_s=budget_s
    )


async def test_what_waits_is_delivered_oldest_first_and_gone() -> None:
    made, events = await _with_events()
    telemetry = FakeTelemetry()

    delivery = await _deliver(made, telemetry)

    assert delivery == Delivery(sent=3, waiting=0)
    assert telemetry.arrived == events
    assert told(telemetry.arrived) == ["1 firing", "2 resolved", "3 firing"]
    assert await made.events() == []


async def test_an_endpoint_that_is_down_loses_nothing() -> None:
    made, events = await _with_events()
    telemetry = FakeTelemetry()
    telemetry.down = True
    for _ in range(10):
        delivery = await _deliver(made, telemetry)
        assert (delivery.sent, delivery.waiting) == (0, 3)
        assert "503" in delivery.problem

    telemetry.down = False
    await _deliver(made, telemetry)

    assert telemetry.arrived == events


async def test_an_event_that_could_not_be_taken_out_is_sent_again_under_its_id() -> None:
    made, (event,) = await _with_events(1)
    telemetry = FakeTelemetry()
    await telemetry.send_events(await made.events())

    await _deliver(made, telemetry)

    assert [each.event_id for each in telemetry.arrived] == [event.event_id] * 2


async def test_without_a_receiver_events_keep_waiting() -> None:
    made, events = await _with_events()

    delivery = await _deliver(made, FakeTelemetry(enabled=False))

    assert delivery == Delivery(sent=0, waiting=3)
    assert await made.events() == events


async def test_many_events_go_in_posts_of_a_hundred() -> None:
    made, events = await _with_events(250)
    telemetry = FakeTelemetry()

    delivery = await _deliver(made, telemetry)

    assert delivery == Delivery(sent=250, waiting=0)
    assert [event.event_id for event in telemetry.arrived] == [e.event_id for e in events]


async def test_when_time_runs_out_the_rest_waits_for_the_next_tick() -> None:
    made, _ = await _with_events(250)

    delivery = await _deliver(made, FakeTelemetry(), ticks_s=6.0)

    assert delivery == Delivery(sent=200, waiting=50)


async def test_two_senders_at_once_empty_the_outbox_without_an_error() -> None:
    made, events = await _with_events()
    telemetry = FakeTelemetry()

    await asyncio.gather(_deliver(made, telemetry), _deliver(made, telemetry))

    assert {event.event_id for event in telemetry.arrived} == {e.event_id for e in events}
    assert await made.events() == []
