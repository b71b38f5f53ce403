"""The week in review: made from what is stored, sent once."""

import asyncio
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from shared.adapters.memory import MemoryTables
from shared.adapters.memory_channels import MemoryWebhooks
from shared.domain.alert.alert import RuleState
from shared.domain.alert.view import Stage
from shared.domain.notification.channel import Channel, ChannelType
from shared.domain.notification.retry import Reply
from shared.domain.notification.signature import DELIVERY_HEADER
from shared.domain.timeline import minute_of
from shared.domain.weekly.weekly import week_ending
from shared.errors import InvalidInput, NotFound, Unavailable
from shared.services.alert_ports import AlertChange
from shared.services.alerts import AlertPorts
from shared.services.channel_ports import Post
from shared.services.channels import put_channel
from shared.services.weekly import CLAIM, Outcome, WeeklyPorts, send_weekly, weekly_summary
from tests.adapters.watched_tables import WatchedTables
from tests.domain.dispatch_factories import alert
from tests.domain.factories import MINUTE, T0
from tests.domain.rule_factories import rule
from tests.services.monitor_factories import DAY, HOUR, MODEL, Monitor, sent

MONDAY = T0.replace(hour=7)
_HOOK = "https://ops.example.com/hook"


class Broken(Exception):
    pass


class Breaking:
    """Receivers that this process does not live to hear from."""

    async def post(self, call: Post) -> Reply:
        raise Broken


class Week:
    """A monitor on a Monday morning, and the receiver of its review."""

    def __init__(self) -> None:
        memory = MemoryTables()
        self.monitor = Monitor(now=MONDAY, memory=memory, tables=WatchedTables(memory))
        app = self.monitor.app
        alerts = AlertPorts(app.alerts, app.registry)
        self.ports = WeeklyPorts(alerts, app.channels, app.reading, app.cursors)
        assert isinstance(app.channels.webhooks, MemoryWebhooks)
        self.webhooks = app.channels.webhooks

    async def channel(self, kind: ChannelType = ChannelType.WEBHOOK, **fields: Any) -> None:
        made = Channel(name="team", type=kind, url=_HOOK, **fields)
        await put_channel(made, documents=self.monitor.app.documents)

    async def send(self, after: timedelta = timedelta(0)) -> Outcome:
        return await send_weekly("team", now=MONDAY + after, ports=self.ports)

    async def ended(self, name: str, *, days: float, lasted_m: float = 20) -> None:
        """Store an alert that fired so many days before Monday."""
        fired = MONDAY - days * DAY
        over = fired + lasted_m * MINUTE
        done = alert(
            alert_id=f"{name}{days}",
            rule=name,
            state=Stage.RESOLVED,
            active_since=fired,
            fired_at=fired,
            resolved_at=over,
        )
        state = RuleState(rule(name=f"{name}{days}"), minute_of(over))
        await self.monitor.app.alerts.commit(AlertChange(None, state, ended=[done]))

    @property
    def titles(self) -> list[str]:
        return [json.loads(call.body)["title"] for call in self.webhooks.calls]


@pytest.fixture
def week() -> Week:
    return Week()


async def test_a_week_tells_what_fired_and_what_changed_since_the_week_before(week: Week) -> None:
    await week.ended("slow", days=2)
    await week.ended("slow", days=3)
    await week.ended("old", days=9)
    await week.ended("today", days=0.1)
    for days, duration_ms, tokens in ((10, 1_000.0, 10), (2, 2_000.0, 30)):
        at = MONDAY - days * DAY
        records = [sent(at, duration_ms, input_tokens=tokens, output_tokens=0)] * 120
        await week.monitor.post(*records)
    await week.monitor.roll()

    found = await weekly_summary(week_ending(minute_of(MONDAY)), now=MONDAY, ports=week.ports)

    assert [(each.rule, each.alerts, each.firing_minutes) for each in found.fired] == [
        ("slow", 2, 40)
    ]
    assert (found.requests, found.requests_before) == (120, 120)
    (slower,) = found.slower
    assert (slower.model, round(slower.change_percent or 0)) == (MODEL, 100)
    assert {change.measure for change in found.dearer} == {"tokens_per_request", "total_tokens"}
    assert found.data_through == "2026-11-23T06:59:00Z"


async def test_the_same_week_is_sent_once(week: Week) -> None:
    await week.channel()

    outcomes = [await week.send(hours * HOUR) for hours in (0, 1, 4)]

    assert outcomes == [Outcome.SENT, Outcome.DONE_BEFORE, Outcome.DONE_BEFORE]
    assert week.titles == ["Week 2026-11-16 to 2026-11-23 in production"]


async def test_each_week_is_sent(week: Week) -> None:
    await week.channel()

    assert [await week.send(weeks * 7 * DAY) for weeks in range(2)] == [Outcome.SENT] * 2
    assert week.titles[1] == "Week 2026-11-23 to 2026-11-30 in production"
    deliveries = {call.headers[DELIVERY_HEADER] for call in week.webhooks.calls}
    assert len(deliveries) == 2


async def test_two_runs_at_once_send_one_message(week: Week) -> None:
    await week.channel()

    outcomes = await asyncio.gather(week.send(), week.send())

    assert Outcome.SENT in outcomes
    assert len(week.webhooks.calls) == 1


async def test_what_was_not_taken_is_sent_by_the_next_run(week: Week) -> None:
    await week.channel()
    week.webhooks.replies.append(Reply(503))

    with pytest.raises(Unavailable, match="channel team did not take the weekly summary"):
        await week.send()

    assert await week.send(HOUR) is Outcome.SENT


async def test_a_run_that_broke_off_is_made_up_for_once_its_claim_is_void(week: Week) -> None:
    await week.channel()

    channels = replace(week.ports.channels, webhooks=Breaking())
    with pytest.raises(Broken):
        await send_weekly("team", now=MONDAY, ports=replace(week.ports, channels=channels))

    assert await week.send(CLAIM - MINUTE) is Outcome.ELSEWHERE
    assert await week.send(CLAIM) is Outcome.SENT


async def test_a_channel_that_is_disabled_gets_nothing(week: Week) -> None:
    await week.channel(enabled=False)

    assert await week.send() is Outcome.DISABLED
    assert week.webhooks.calls == []


async def test_an_unknown_channel_is_named(week: Week) -> None:
    with pytest.raises(NotFound, match="channel team does not exist"):
        await week.send()


async def test_pagerduty_takes_no_summaries(week: Week) -> None:
    await week.channel(ChannelType.PAGERDUTY)

    with pytest.raises(InvalidInput, match="got pagerduty"):
        await week.send()
    assert week.webhooks.calls == []
