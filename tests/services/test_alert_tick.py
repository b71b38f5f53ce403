"""A tick of alerting from end to end: evaluated, delivered, and a sign of life every 5 minutes."""

import tomllib
from pathlib import Path

from shared.services.alert_tick import Tick, alert_tick
from shared.services.heartbeat import VERSION
from shared.services.ports import Cursor
from shared.services.rollup import COMPLETE_THROUGH
from tests.domain.rule_factories import MINUTE, T0, rule
from tests.services.alert_factories import START, FakeTelemetry, Monitor, monitor, told


async def _tick(made: Monitor, telemetry: FakeTelemetry, at: int) -> Tick:
    return await alert_tick(
        now=T0 + at * MINUTE + MINUTE / 2,
        ports=made.ports,
        groups=made.groups,
        telemetry=telemetry,
        environment="test",
        catch_up_m=60,
        timer=lambda: 0.0,
        budget_s=10.0,
    )


async def test_a_breach_is_told_in_the_tick_that_sees_it() -> None:
    made, telemetry = await monitor(rule()), FakeTelemetry()
    made.story("x")
    await made.complete(1)

    tick = await _tick(made, telemetry, 1)

    assert told(telemetry.arrived) == ["1 firing"]
    assert tick.delivery.waiting == 0


async def test_ten_minutes_without_the_endpoint_delay_events_and_lose_none() -> None:
    made, telemetry = await monitor(rule(cooldown_s=0)), FakeTelemetry()
    made.story("x.x.......x.")

    for at in range(1, 13):
        telemetry.down = at <= 10
        await made.complete(at)
        await _tick(made, telemetry, at)

    alerts = [event for event in telemetry.arrived if event.name != "system.heartbeat"]
    assert told(alerts) == [
        "1 firing",
        "2 resolved",
        "3 firing",
        "4 resolved",
        "11 firing",
        "12 resolved",
    ]
    assert len({event.event_id for event in alerts}) == len(alerts)


async def test_the_state_of_what_fires_goes_out_with_the_heartbeat() -> None:
    made, telemetry = await monitor(rule()), FakeTelemetry()
    made.story("x" * 12)

    for at in range(1, 11):
        await made.complete(at)
        await _tick(made, telemetry, at)

    names = [event.name for event in telemetry.arrived]
    assert names == ["alert.firing", *["alert.state", "system.heartbeat"] * 2]


async def test_the_heartbeat_carries_what_the_contract_lists() -> None:
    made, telemetry = await monitor(), FakeTelemetry()
    await made.cursors.write(
        COMPLETE_THROUGH, Cursor(START + 4, {"rollup_s": "0.250", "series": "7"})
    )

    await _tick(made, telemetry, 5)

    (event,) = telemetry.arrived
    assert event.properties == {
        "event_id": event.event_id,
        "schema": "1",
        "environment": "test",
        "version": VERSION,
        "data_through": "2026-11-23T10:04:00Z",
    }
    assert event.measurements == {
        "ingest_lag_s": 90.0,
        "rollup_s": 0.25,
        "evaluation_s": 0.0,
        "outbox_depth": 0.0,
        "series": 7.0,
    }


async def test_a_heartbeat_before_the_first_rollup_has_no_lag_to_tell() -> None:
    made, telemetry = await monitor(), FakeTelemetry()

    await _tick(made, telemetry, 5)

    (event,) = telemetry.arrived
    assert event.properties["data_through"] == ""
    assert set(event.measurements) == {"evaluation_s", "outbox_depth"}


async def test_a_heartbeat_sent_twice_in_a_minute_counts_once() -> None:
    made, telemetry = await monitor(), FakeTelemetry()

    await _tick(made, telemetry, 5)
    await _tick(made, telemetry, 5)

    assert len({event.event_id for event in telemetry.arrived}) == 1


async def test_a_sign_of_life_that_cannot_be_sent_stops_nothing() -> None:
    made, telemetry = await monitor(), FakeTelemetry()
    telemetry.down = True

    tick = await _tick(made, telemetry, 5)

    assert tick.signs == 0
    assert telemetry.arrived == []


async def test_without_a_connection_a_tick_sends_nothing() -> None:
    made, telemetry = await monitor(rule()), FakeTelemetry(enabled=False)
    made.story("xxxxx")
    await made.complete(5)

    tick = await _tick(made, telemetry, 5)

    assert (tick.delivery.waiting, tick.signs, telemetry.arrived) == (0, 0, [])
    assert [each.state for each in (await made.instances()).values()] == ["firing"]


def test_the_version_is_the_project_s() -> None:
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())

    assert project["project"]["version"] == VERSION
