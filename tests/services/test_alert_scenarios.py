"""Alert stories in files, told on a live clock and caught up in one run."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import pytest

from shared.domain.alert.alert import Instance, State
from shared.domain.alert.view import Stage
from shared.domain.event import Event
from shared.domain.label import Labels
from shared.domain.rule.input import parse_rule
from shared.domain.rule.rule import AlertRule
from shared.domain.span import Span
from shared.domain.timeline import minute_of
from shared.services.alerts import AlertPorts, acknowledge, list_alerts
from shared.services.metric_registry import MetricRegistry
from tests.domain.rule_factories import MINUTE, T0
from tests.services.alert_factories import START, Monitor, monitor

_FILES = sorted((Path(__file__).parents[1] / "scenarios").glob("*.toml"))
_SERIES = {"name": "slow", "metric": "latency", "group_by": []}
_DEFAULTS = {
    "threshold": {**_SERIES, "comparison": ">", "threshold": 5, "window_s": 60},
    "burn_rate": {**_SERIES, "below_ms": 5, "objective": 0.99},
    "absence": _SERIES,
}


@dataclass(frozen=True, slots=True)
class Step:
    """One minute of a story: its values, the state after it, and what is told.

    `data` is what the state goes by; empty where the story does not say.
    """

    values: tuple[float, ...]
    state: str
    data: str
    told: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Series:
    """One label set of a story."""

    labels: Labels
    steps: Sequence[Step]
    acknowledged_after: int | None


@dataclass(frozen=True, slots=True)
class Story:
    """A rule and what it makes of its series."""

    rule: AlertRule
    series: Sequence[Series]
    traffic_before_m: int = 0

    @property
    def length(self) -> int:
        return max(len(each.steps) for each in self.series)


def _story(path: Path) -> Story:
    told = tomllib.loads(path.read_text())
    stated = told["rule"]
    usual = _DEFAULTS[stated.get("kind", "threshold")]
    rule = parse_rule(msgspec.json.encode(usual | stated))
    series = [_series(each) for each in told["series"]]
    return Story(rule, series, told.get("traffic_before_m", 0))


def _series(told: dict[str, Any]) -> Series:
    lines = [line.split() for line in told["minutes"].strip().splitlines()]
    steps = [_step(*words) for words in lines]
    labels = tuple(told.get("labels", {}).items())
    return Series(labels, steps, told.get("acknowledged_after"))


def _step(value: str, state: str, *told: str) -> Step:
    state, _, data = state.partition(":")
    return Step(_values(value), state, data, told)


def _values(text: str) -> tuple[float, ...]:
    if text == "_":
        return ()
    value, _, count = text.partition("x")
    return (float(value),) * int(count or 1)


async def _prepared(story: Story) -> Monitor:
    made = await monitor(story.rule)
    for at in range(-story.traffic_before_m, 0):
        made.report(at, 1.0, name="traffic")
    for series in story.series:
        for at, step in enumerate(series.steps):
            made.report(at, *step.values, labels=series.labels)
    await made.evaluate(0, catch_up_m=1)
    return made


def _told(events: Sequence[Event], series: Series) -> list[tuple[str, ...]]:
    """Return what was told of a label set after each minute, in the words of the stories."""
    found: list[list[str]] = [[] for _ in series.steps]
    for event in events:
        labels = msgspec.json.decode(event.properties["labels"], type=dict[str, str])
        if event.properties["rule"] != _SERIES["name"] or labels != dict(series.labels):
            continue
        word = event.name.removeprefix("alert.")
        if "resolved_reason" in event.properties:
            word += f"={event.properties['resolved_reason']}"
        if event.properties["notify"] == "false":
            word += f"/{event.properties['suppressed_by']}"
        found[minute_of(event.time) - START - 1].append(word)
    return [tuple(words) for words in found]


async def _acknowledge(made: Monitor, at: int) -> None:
    ports = AlertPorts(made.alerts, MetricRegistry(made.documents))
    span = Span(START, START + 1)
    page = await list_alerts([Stage.FIRING], span, limit=1, after=None, ports=ports)
    now = T0 + at * MINUTE
    await acknowledge(page.alerts[0].alert_id, by="ada", comment="", now=now, ports=ports)


@pytest.mark.parametrize("path", _FILES, ids=lambda path: path.stem)
async def test_a_story_on_a_live_clock(path: Path) -> None:
    story = _story(path)
    made = await _prepared(story)
    seen: list[list[Instance | None]] = [[] for _ in story.series]

    for at in range(1, story.length + 1):
        await made.evaluate(at)
        instances = await made.instances()
        for found, series in zip(seen, story.series, strict=True):
            found.append(instances.get(series.labels))
            if series.acknowledged_after == at:
                await _acknowledge(made, at)

    events = await made.events()
    for found, series in zip(seen, story.series, strict=True):
        states = [each.state if each else State.INACTIVE for each in found]
        assert states == [step.state for step in series.steps]
        for each, step in zip(found, series.steps, strict=True):
            assert not step.data or (each is not None and each.data == step.data)
        assert _told(events, series) == [step.told for step in series.steps]


@pytest.mark.parametrize("path", _FILES, ids=lambda path: path.stem)
async def test_a_story_caught_up_in_one_run(path: Path) -> None:
    story = _story(path)
    if any(series.acknowledged_after for series in story.series):
        series = [_until_acknowledged(series) for series in story.series]
        story = Story(story.rule, series, story.traffic_before_m)
    made = await _prepared(story)

    await made.evaluate(story.length)

    events = await made.events()
    for series in story.series:
        assert _told(events, series) == [step.told for step in series.steps]


def _until_acknowledged(series: Series) -> Series:
    """Return a story up to where a person steps in, which no run can catch up on."""
    return Series(series.labels, series.steps[: series.acknowledged_after], None)
