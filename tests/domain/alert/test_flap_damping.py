"""What people hear of a label set that flaps, evaluation by evaluation."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.alert.alert import Context
from shared.domain.alert.rule_walk import RuleWalk
from shared.domain.event import ALERT_FIRING, ALERT_RESOLVED, Event
from shared.domain.metric.readings import readings_of
from shared.domain.metric.window import Measured
from shared.domain.muting.muting import NOT_MUTED
from shared.domain.rule.findings import threshold_findings
from shared.domain.rule.threshold import ThresholdRule
from shared.domain.timeline import minute_of
from tests.domain.rule_factories import BREACH, CLEAN, MINUTE, T0, rule


def _events(applied: ThresholdRule, values: Sequence[float]) -> list[Event]:
    numbers = np.array(values)
    measured = Measured((), numbers, np.full(len(values), 10))
    walk = RuleWalk(
        applied, None, threshold_findings(applied, readings_of([measured], len(values)))
    )
    for column in range(len(values)):
        now = T0 + column * MINUTE
        walk.visit(column, minute_of(now), now, suspended=False)
        walk.settle(now, Context("test"), NOT_MUTED.at(now, []))
    return walk.events


def _told(story: str, **fields: object) -> list[str]:
    """Return the events of a story as `minute word[/suppressed_by]`; x is a breach."""
    applied = rule(**({"cooldown_s": 0} | fields))
    events = _events(applied, [BREACH if sign == "x" else CLEAN for sign in story])
    return [
        f"{minute_of(event.time) - minute_of(T0)} {event.name.removeprefix('alert.')}"
        + (f"/{event.properties['suppressed_by']}" if event.properties["suppressed_by"] else "")
        for event in events
    ]


_THREE = ["0 firing", "1 resolved", "2 firing", "3 resolved", "4 firing", "5 resolved"]

_STORIES = {
    "two ends are no flapping": (
        "x.x.x",
        ["0 firing", "1 resolved", "2 firing", "3 resolved", "4 firing"],
    ),
    "the fourth alert is told, the fifth and sixth are not": (
        "x.x.x.x.x.x.",
        [
            *_THREE,
            "6 firing",
            "7 resolved",
            "8 firing/flapping",
            "9 resolved/flapping",
            "10 firing/flapping",
            "11 resolved/flapping",
        ],
    ),
    "one that fires steadily is told after 15 minutes": (
        "x.x.x.x.xxxxxxxxxxxxxxxxxx",
        [*_THREE, "6 firing", "7 resolved", "8 firing/flapping", "23 firing"],
    ),
    "after 15 quiet minutes an alert is told as ever": (
        "x.x.x.x.x" + "." * 15 + "x",
        [
            *_THREE,
            "6 firing",
            "7 resolved",
            "8 firing/flapping",
            "9 resolved/flapping",
            "24 firing",
        ],
    ),
    "before that it is held back": (
        "x.x.x.x.x" + "." * 14 + "x",
        [
            *_THREE,
            "6 firing",
            "7 resolved",
            "8 firing/flapping",
            "9 resolved/flapping",
            "23 firing/flapping",
        ],
    ),
}


@pytest.mark.parametrize(("story", "expected"), _STORIES.values(), ids=_STORIES)
def test_a_story_of_flapping(story: str, expected: list[str]) -> None:
    assert _told(story) == expected


def test_the_first_alert_of_the_flapping_says_so() -> None:
    events = _events(rule(cooldown_s=0), [BREACH, CLEAN] * 4)
    firing = [event for event in events if event.name == ALERT_FIRING]

    said = "; flapping since 10:05 UTC, further alerts wait until it is steady for 15 min"
    assert [event.properties["message"].endswith(said) for event in firing] == [False] * 3 + [True]


def test_a_cooldown_delays_the_word_of_flapping_and_does_not_swallow_it() -> None:
    found = _told("x.x.x.xxxxx.x.", cooldown_s=300)

    assert found == [
        "0 firing",
        "1 resolved",
        "2 firing/cooldown",
        "3 resolved/cooldown",
        "4 firing/cooldown",
        "5 resolved/cooldown",
        "6 firing",
        "11 resolved",
        "12 firing/flapping",
        "13 resolved/flapping",
    ]


def test_repeats_of_the_alert_that_was_told_go_on() -> None:
    found = _told("x.x.x.xxxxx", repeat_interval_s=120)

    assert found[-3:] == ["6 firing", "8 firing", "10 firing"]


def test_a_rule_may_have_no_damping() -> None:
    assert not any("/" in line for line in _told("x." * 12, flap_threshold=0))


_STEPS = st.lists(st.sampled_from([BREACH, CLEAN]), min_size=1, max_size=90)


@given(_STEPS, st.sampled_from([0, 120, 300]))
def test_damping_only_ever_holds_back(values: list[float], cooldown_s: int) -> None:
    """The same events happen; those told are fewer, and each end told had its beginning told."""
    damped = _events(rule(cooldown_s=cooldown_s, repeat_interval_s=0), values)
    plain = _events(rule(cooldown_s=cooldown_s, repeat_interval_s=0, flap_threshold=0), values)
    ends = [event.event_id for event in damped if event.name == ALERT_RESOLVED]
    heard = {
        event.properties["alert_id"]
        for event in damped
        if event.name == ALERT_FIRING and event.properties["notify"] == "true"
    }

    assert {event.properties["alert_id"] for event in damped} == {
        event.properties["alert_id"] for event in plain
    }
    assert len(ends) == len([event for event in plain if event.name == ALERT_RESOLVED])
    for event in damped:
        if event.name == ALERT_RESOLVED:
            told = event.properties["notify"] == "true"
            assert told is (event.properties["alert_id"] in heard)


@given(_STEPS)
def test_while_it_flaps_at_most_one_alert_is_told_a_quarter_of_an_hour(
    values: list[float],
) -> None:
    events = _events(rule(cooldown_s=0, repeat_interval_s=0), values)
    ends = [event.time for event in events if event.name == ALERT_RESOLVED]
    told = [
        event.time
        for event in events
        if event.name == ALERT_FIRING and event.properties["notify"] == "true"
    ]

    for first, second in pairwise(told):
        third = [end for end in ends if end <= first][-3:]
        flapping = len(third) == 3 and first - third[0] < 15 * MINUTE
        if flapping:
            assert second - first >= 15 * MINUTE
