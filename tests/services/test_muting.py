"""Silences and inhibitions as evaluation goes by them."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from shared.domain.muting.inhibition_input import parse_inhibition
from shared.domain.rule.words import Severity
from shared.services.inhibitions import INHIBITIONS
from shared.services.rules import delete_rule
from shared.services.silences import end_silence, make_silence
from tests.domain.rule_factories import BREACH, CLEAN, MINUTE, T0, rule
from tests.services.alert_factories import Monitor, monitor, told


async def _silence(made: Monitor, start: int, end: int, **matchers: str) -> str:
    body: dict[str, Any] = {
        "matchers": matchers or {"rule": "slow"},
        "starts_at": (T0 + start * MINUTE).isoformat(),
        "ends_at": (T0 + end * MINUTE).isoformat(),
        "by": "ada",
    }
    silence = await make_silence(
        msgspec.json.encode(body), now=T0, evaluated=None, documents=made.documents
    )
    return silence.id


async def _inhibit(made: Monitor) -> None:
    body = {
        "source": {"severity": "critical"},
        "target": {"severity": "warning"},
        "equal": ["model"],
    }
    inhibition = parse_inhibition(msgspec.json.encode(body), name="worse")
    await INHIBITIONS.put(inhibition, made.documents)


async def _evaluated(made: Monitor, story: str, *, live: bool = True) -> list[str]:
    made.story(story)
    await made.evaluate(0)
    for at in range(1, len(story) + 1) if live else [len(story)]:
        await made.evaluate(at)
    return told(await made.events())


_STORIES = {
    "an alert that fires while it is silenced reaches nobody": (
        "xxxx.",
        (0, 9),
        ["1 firing/silence", "5 resolved/silence"],
    ),
    "a silence that ends while it fires lets it through then": (
        "xxxxxxx.",
        (0, 4),
        ["1 firing/silence", "4 firing", "8 resolved"],
    ),
    "one that begins afterwards keeps the end from people, as in Alertmanager": (
        "xxxx.",
        (3, 9),
        ["1 firing", "5 resolved/silence"],
    ),
    "an alert that was told and outlasts its silence is not told again": (
        "xxxxxxxx.",
        (3, 5),
        ["1 firing", "9 resolved"],
    ),
    "one that is not yet in force holds nothing back": (
        "xx.",
        (20, 30),
        ["1 firing", "3 resolved"],
    ),
}


@pytest.mark.parametrize("live", [True, False], ids=["live", "caught-up"])
@pytest.mark.parametrize(("story", "silence", "expected"), _STORIES.values(), ids=_STORIES)
async def test_a_story_of_a_silence(
    story: str, silence: tuple[int, int], expected: list[str], live: bool
) -> None:
    made = await monitor(rule(cooldown_s=0))
    await _silence(made, *silence)

    assert await _evaluated(made, story, live=live) == expected


async def test_a_silence_of_other_alerts_holds_nothing_back() -> None:
    made = await monitor(rule())
    await _silence(made, 0, 9, severity="critical")

    assert await _evaluated(made, "x") == ["1 firing"]


async def test_a_silence_that_is_ended_lets_alerts_through() -> None:
    made = await monitor(rule())
    identity = await _silence(made, 0, 60)
    made.story("xxxxx")
    await made.evaluate(2)

    await end_silence(identity, now=T0 + timedelta(minutes=3), documents=made.documents)
    await made.evaluate(4)

    assert told(await made.events()) == ["1 firing/silence", "3 firing"]


async def test_the_end_of_a_silenced_alert_whose_rule_goes_reaches_nobody() -> None:
    made = await monitor(rule())
    made.story("x")
    await made.evaluate(1)
    await _silence(made, 1, 60)
    await delete_rule("slow", documents=made.documents)

    await made.evaluate(2)

    assert told(await made.events()) == ["1 firing", "2 resolved/silence"]


@pytest.mark.parametrize("live", [True, False], ids=["live", "caught-up"])
async def test_a_critical_alert_mutes_the_warning_while_it_fires(live: bool) -> None:
    warning = rule(group_by=("model",), cooldown_s=0)
    critical = rule(
        name="dire", threshold=50.0, group_by=("model",), severity=Severity.CRITICAL, cooldown_s=0
    )
    made = await monitor(warning, critical)
    await _inhibit(made)
    for model, story in {"a": "xXXx.", "b": "xxxx.", "c": "XXXX."}.items():
        for at, sign in enumerate(story):
            value = {"x": BREACH, "X": 10 * BREACH, ".": CLEAN}[sign]
            made.report(at, value, labels=(("model", model),))
    await made.evaluate(0)

    for at in range(1, 6) if live else [5]:
        await made.evaluate(at)

    found: dict[str, list[str]] = {}
    for event in await made.events():
        if event.properties["rule"] == "slow":
            found.setdefault(event.properties["label_model"], []).extend(told([event]))
    assert found == {
        "a": ["1 firing", "5 resolved"],
        "b": ["1 firing", "5 resolved"],
        "c": ["1 firing/inhibition", "5 resolved/inhibition"],
    }
