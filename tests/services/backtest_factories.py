"""Backtests over an app in memory, and how their answers read at a glance."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import msgspec

from shared.domain.backtest.answer import Backtest
from shared.domain.backtest.input import parse_backtest
from shared.domain.backtest.view import TimelineView
from shared.domain.rule.words import MINUTE_S
from shared.domain.timeline import rfc3339
from shared.services.backtest import BacktestPorts, backtest
from shared.services.references import ReferencePorts
from tests.domain.factories import MINUTE, T0
from tests.services.monitor_factories import Json, Monitor, value

CLEAN, BREACH = 1.0, 9.0


def ports(monitor: Monitor) -> BacktestPorts:
    """Return what a backtest reads."""
    app = monitor.app
    return BacktestPorts(app.reading, app.documents, app.registry, app.references, 35, "test")


def stated(**fields: Any) -> Json:
    """Return a rule that is breached above 5 over one minute."""
    given = {
        "name": "slow",
        "metric": "latency",
        "comparison": ">",
        "threshold": 5,
        "window_s": 60,
        "no_data": "ok",
    }
    return given | fields


def story(signs: str, *, first: datetime = T0, **attributes: str) -> list[Json]:
    """Return one value a minute: x is a breach, a point is none, _ is no value."""
    return [
        value(
            "latency",
            first + at * MINUTE,
            value=BREACH if sign == "x" else CLEAN,
            **({"attributes": attributes} if attributes else {}),
        )
        for at, sign in enumerate(signs)
        if sign != "_"
    ]


async def monitor_with(*records: Json, through: datetime) -> Monitor:
    """Return a monitor with these values, complete up to a time."""
    monitor = Monitor(now=through)
    for at in range(0, len(records), 4_000):
        await monitor.post_metrics(*records[at : at + 4_000])
    await monitor.roll(through + MINUTE)
    return monitor


async def backtested(
    monitor: Monitor,
    *rules: Json,
    minutes: int,
    first: datetime = T0,
    now: datetime | None = None,
    references: ReferencePorts | None = None,
    **more: Any,
) -> Backtest:
    """Replay rules from a time over so many minutes."""
    body: dict[str, Any] = {
        "rules": rules or [stated()],
        "start": rfc3339(first),
        "end": rfc3339(first + minutes * MINUTE),
        **more,
    }
    query = parse_backtest(msgspec.json.encode(body))
    given = ports(monitor)
    given = replace(given, references=references or given.references)
    return await backtest(query, now=now or monitor.now, ports=given)


def states(timeline: TimelineView) -> str:
    """Return the first letter of the state at each evaluation listed."""
    return "".join(each.state[0] for each in timeline.evaluations)


def by_labels(answer: Backtest) -> dict[tuple[str, ...], str]:
    """Return the states of a backtest of one rule by the values of its labels."""
    return {tuple(each.labels.values()): states(each) for each in answer.timelines}


def minute_numbers(times: Sequence[datetime]) -> list[int]:
    """Return times as minutes after T0."""
    return [int((time - T0).total_seconds()) // MINUTE_S for time in times]
