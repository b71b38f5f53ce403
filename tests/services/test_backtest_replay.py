"""Replaying hours from the states stored at their start gives exactly what was told live."""

from random import Random
from typing import Any

import msgspec
import pytest

from shared.domain.alert.alert import Context, RuleState
from shared.domain.event import Event
from shared.domain.muting.muting import Muting
from shared.domain.notification.notice import AlertNotice
from shared.domain.notification.route import Route
from shared.domain.rule.input import parse_rule
from shared.domain.timeline import DAY_M, instant, minute_of
from shared.services.alerting import AlertingPorts, evaluate_alerts
from shared.services.backtest import replay
from shared.services.muting import load_muting
from shared.services.rules import load_rules, put_rule
from shared.services.silences import make_silence
from tests.domain.factories import MINUTE, T0
from tests.services.backtest_factories import ports
from tests.services.monitor_factories import FakeInsights, Json, Monitor, sent, value

_HOSTS = ("a", "b", "c")
_LIVE_M = 240
_REPLAYED_FROM_M = 90
_RULES: tuple[dict[str, Any], ...] = (
    {"name": "avg", "group_by": ["host"], "for_s": 120, "window_s": 300},
    {"name": "keep", "group_by": ["host"], "keep_firing_for_s": 180, "no_data": "ok"},
    {"name": "silent", "group_by": ["host"], "no_data": "alert", "cooldown_s": 1_200},
    {"name": "all", "aggregation": "p90", "window_s": 600, "repeat_interval_s": 600},
    {"name": "flaps", "group_by": ["host"], "window_s": 60, "cooldown_s": 0},
    {"name": "quick", "group_by": ["host"], "aggregation": "max", "severity": "critical"},
)
_OTHERS: tuple[dict[str, Any], ...] = (
    {"name": "gone", "kind": "absence", "metric": "latency", "group_by": ["host"], "for_s": 120},
    {"name": "dead", "kind": "absence", "metric": "latency", "for_s": 240},
    {
        "name": "burn",
        "kind": "burn_rate",
        "objective": 0.9,
        "metric": "model_response_time",
        "below_ms": 900,
        "min_requests": 5,
        "group_by": [],
    },
    {
        "name": "p95",
        "metric": "model_response_time",
        "aggregation": "p95",
        "comparison": ">=",
        "threshold": 1_500,
        "group_by": ["model"],
    },
)


@pytest.mark.parametrize(
    ("seed", "live_m", "tick_m"),
    [(0, _LIVE_M, 1), (1, _LIVE_M, 1), (2, _REPLAYED_FROM_M + DAY_M, 15)],
    ids=["hours", "other hours", "a day, evaluated a quarter of an hour at a time"],
)
async def test_a_replay_tells_exactly_what_was_told_live(
    seed: int, live_m: int, tick_m: int
) -> None:
    monitor, alerting = await _monitor(Random(seed))
    random = Random(1_000 + seed)
    level = dict.fromkeys(_HOSTS, 2)
    before: dict[str, RuleState] = {}
    for at in range(live_m):
        metrics, requests = _minute(random, at, level)
        monitor.now = T0 + (at + 1) * MINUTE
        if metrics:
            await monitor.post_metrics(*metrics)
        if requests:
            await monitor.post(*requests)
        if at % tick_m == 0 or at == live_m - 1:
            await _tick(monitor, alerting, at)
        if at == _REPLAYED_FROM_M:
            before = {name: each.state for name, each in (await alerting.alerts.states()).items()}
    first, last = (minute_of(T0) + at for at in (_REPLAYED_FROM_M + 1, live_m))
    live = [
        event
        for event in await alerting.alerts.pending_events(100_000)
        if minute_of(event.time) > first
    ]

    (done,) = await replay(
        [list((await load_rules(monitor.app.documents)).values())],
        range(first + 1, last + 1),
        muting=await load_muting(monitor.app.documents),
        ports=ports(monitor),
        states=before,
    )

    assert len(live) > 100
    assert _ordered(done.events) == _ordered(live)
    assert {event.properties["suppressed_by"] for event in live} >= {"", "silence", "cooldown"}
    _, notices = await monitor.app.groups.read(instant(last))
    told = [notice for notice in notices if minute_of(notice.told.time) > first]
    assert _noticed(done.notices) == _noticed(told)
    stored = {name: each.state for name, each in (await alerting.alerts.states()).items()}
    assert _active(done.states()) == _active(stored)


async def test_a_replay_without_the_states_of_its_start_differs_where_they_matter() -> None:
    random = Random(5)
    monitor, alerting = await _monitor(random)
    for at in range(60):
        metrics, _ = _minute(random, at, dict.fromkeys(_HOSTS, 9))
        await monitor.post_metrics(*metrics)
        await _tick(monitor, alerting, at)
    minutes = range(minute_of(T0) + 31, minute_of(T0) + 61)
    rules = [parse_rule(msgspec.json.encode(each)) for each in _every_rule()]

    (done,) = await replay([rules], minutes, muting=Muting(), ports=ports(monitor))

    live = [
        e for e in await alerting.alerts.pending_events(9_999) if minute_of(e.time) > minutes[0]
    ]
    assert _ordered(done.events) != _ordered(live)


def _every_rule() -> list[dict[str, Any]]:
    given = {"metric": "latency", "comparison": ">", "threshold": 5}
    return [*(given | each for each in _RULES), *_OTHERS]


async def _monitor(random: Random) -> tuple[Monitor, AlertingPorts]:
    monitor = Monitor(now=T0, telemetry=FakeInsights())
    app = monitor.app
    for each in _every_rule():
        await put_rule(parse_rule(msgspec.json.encode(each)), documents=app.documents)
    for rule, host in (("avg", "a"), ("keep", "b"), ("flaps", "c")):
        start = random.randint(_REPLAYED_FROM_M, _LIVE_M - 60)
        body = {
            "matchers": {"rule": rule, "host": host},
            "starts_at": (T0 + start * MINUTE).isoformat(),
            "ends_at": (T0 + (start + 45) * MINUTE).isoformat(),
            "by": "tests",
        }
        raw = msgspec.json.encode(body)
        await make_silence(raw, now=T0, evaluated=None, documents=app.documents)
    return monitor, AlertingPorts(
        app.documents, app.cursors, app.alerts, app.registry, app.load_frame
    )


def _minute(random: Random, at: int, level: dict[str, int]) -> tuple[list[Json], list[Json]]:
    """Return the metrics and requests of one minute; levels stay low or high for a while."""
    if 150 <= at < 175:
        return [], []
    metrics, requests = [], []
    for host in _HOSTS:
        if random.random() < 0.2:
            level[host] = random.choice((2, 4, 7, 9))
        if random.random() < 0.85:
            moment = T0 + at * MINUTE + MINUTE / 2
            seen = float(level[host] + random.randint(-1, 1))
            metrics.append(value("latency", moment, value=seen, attributes={"host": host}))
            requests.append(
                sent(moment, duration_ms=float(level[host] * 200 + random.randint(0, 99)))
            )
    return metrics, requests


async def _tick(monitor: Monitor, alerting: AlertingPorts, at: int) -> None:
    """Roll the minute up and evaluate at its end, as the timers do."""
    now = T0 + (at + 1) * MINUTE + MINUTE / 2
    await monitor.roll(now)
    await evaluate_alerts(
        now=now,
        ports=alerting,
        context=Context("test"),
        catch_up_m=60,
        timer=lambda: 0.0,
        budget_s=60.0,
        routes=(Route(channels=("ops",)),),
    )


def _ordered(events: list[Event]) -> list[Event]:
    return sorted(events, key=lambda event: (event.time, event.event_id))


def _noticed(notices: list[AlertNotice]) -> list[AlertNotice]:
    return sorted(notices, key=lambda notice: (notice.told.time, notice.event_id))


def _active(states: dict[str, RuleState]) -> dict[str, list[tuple[Any, ...]]]:
    """Return pending and firing alerts by rule, but for values, which are not always stored."""
    return {
        name: sorted(
            (each.labels, each.state, each.active_since, each.fired_at, each.clean_since)
            for each in state.instances
            if each.state != "inactive"
        )
        for name, state in states.items()
        if any(each.state != "inactive" for each in state.instances)
    }
