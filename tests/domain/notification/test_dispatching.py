"""Grouping, after Alertmanager's documentation: who is told what, when, and together with whom.

Times are seconds after T0; notices come at whole minutes, as evaluations do. Alertmanager's own
examples wait 30 s and then 5 min (prometheus.io/docs/alerting/latest/configuration, `<route>`).
"""

import pytest

from shared.domain.notification.dispatching import Dispatched
from shared.domain.notification.group import MAX_WAITING
from tests.domain.notice_factories import dispatched_until, notice, notices, route, shown
from tests.domain.rule_factories import MINUTE, T0

_STORIES: dict[str, tuple[dict[float, str], dict[str, str]]] = {
    "a first alert waits for others": ({0: "+a"}, {"30 ops": "+a"}),
    "alerts of one evaluation are told together": ({0: "+a +b"}, {"30 ops": "+a +b"}),
    "one that comes after the wait is told after the interval": (
        {0: "+a", 1: "+b"},
        {"30 ops": "+a", "330 ops": "+b"},
    ),
    "what changes within the interval is told together": (
        {0: "+a", 1: "+b", 3: "+c -a", 5: "+d"},
        {"30 ops": "+a", "330 ops": "+b +c +d -a"},
    ),
    "what changes after the interval is told at once": (
        {0: "+a", 7: "+b", 9: "+c"},
        {"30 ops": "+a", "420 ops": "+b", "720 ops": "+c"},
    ),
    "an end is told once": (
        {0: "+a", 2: "-a", 20: "+b"},
        {"30 ops": "+a", "330 ops": "-a", "1230 ops": "+b"},
    ),
    "a group without alerts is forgotten, so the next one waits afresh": (
        {0: "+a", 6: "-a", 7: "+b"},
        {"30 ops": "+a", "360 ops": "-a", "450 ops": "+b"},
    ),
    "a group whose ends wait goes on": (
        {0: "+a", 2: "-a", 3: "+b"},
        {"30 ops": "+a", "330 ops": "+b -a"},
    ),
    "the example of docs/alerting.md": (
        {0: "+a +b", 1: "+c -a", 2: "+d", 4: "-d", 20: "-b"},
        {"30 ops": "+a +b", "330 ops": "+c -a", "1200 ops": "-b"},
    ),
    "a repeat is a change": ({0: "+a", 240: "*a"}, {"30 ops": "+a", "14400 ops": "*a"}),
    "a repeat within the interval waits": ({0: "+a", 2: "*a"}, {"30 ops": "+a", "330 ops": "*a"}),
    "an end takes the place of a repeat that waits": (
        {0: "+a", 2: "*a", 3: "-a"},
        {"30 ops": "+a", "330 ops": "-a"},
    ),
    "an alert that ends within the interval is not told": (
        {0: "+a", 1: "+b", 4: "-b"},
        {"30 ops": "+a"},
    ),
    "a suppressed end is not told, and the alert forgotten": (
        {0: "+a", 2: "-a/silence", 20: "+b"},
        {"30 ops": "+a", "1230 ops": "+b"},
    ),
    "an inhibited end is not told": ({0: "+a", 2: "-a/inhibition"}, {"30 ops": "+a"}),
    "the end of one nobody was told of is not told": ({0: "-a", 1: "-b/silence"}, {}),
}


@pytest.mark.parametrize(("story", "expected"), _STORIES.values(), ids=_STORIES)
def test_a_story_of_one_group(story: dict[float, str], expected: dict[str, str]) -> None:
    assert shown(dispatched_until(notices(story), until=1_000).dispatches) == expected


@pytest.mark.parametrize(("story", "expected"), _STORIES.values(), ids=_STORIES)
def test_minute_by_minute_the_same_is_told(
    story: dict[float, str], expected: dict[str, str]
) -> None:
    given, done, found = notices(story), Dispatched(), []

    for minute in range(300):
        fresh = [each for each in given if each.told.time == T0 + minute * MINUTE]
        done = dispatched_until(fresh, until=minute + 1, before=done)
        found += done.dispatches

    assert shown(found) == expected
    assert found == dispatched_until(given, until=300).dispatches
    assert done.groups == dispatched_until(given, until=300).groups


def test_an_alert_that_ends_while_its_group_waits_is_not_told_at_all() -> None:
    slow = route(group_wait_s=300)

    done = dispatched_until(notices({0: "+a", 2: "-a"}), slow)

    assert (done.dispatches, done.groups) == ([], ())
    (untold,) = done.untold
    assert (untold.alert_id, untold.notification.reason) == ("alert-a", "resolved_before_told")
    assert (untold.notification.channel, untold.notification.sent) == ("ops", False)


def test_others_of_its_group_are_told_when_they_would_have_been() -> None:
    done = dispatched_until(notices({0: "+a", 1: "+b", 2: "-a"}), route(group_wait_s=300))

    assert shown(done.dispatches) == {"300 ops": "+b"}


def test_why_an_end_was_not_told_is_kept() -> None:
    done = dispatched_until(notices({0: "+a", 2: "-a/silence"}))

    assert [each.notification.reason for each in done.untold] == ["silence"]
    assert done.groups == ()


def test_a_suppressed_firing_is_nothing_to_channels() -> None:
    done = dispatched_until(notices({0: "+a/silence"}))

    assert done == Dispatched()


@pytest.mark.parametrize(
    ("wait_s", "interval_s", "expected"),
    [
        (0, 0, {"0 ops": "+a", "60 ops": "+b", "120 ops": "+c"}),
        (60, 0, {"60 ops": "+a +b", "120 ops": "+c"}),
        (90, 60, {"90 ops": "+a +b", "150 ops": "+c"}),
        (600, 300, {"600 ops": "+a +b +c"}),
    ],
)
def test_waits_can_be_set(wait_s: int, interval_s: int, expected: dict[str, str]) -> None:
    chosen = route(group_wait_s=wait_s, group_interval_s=interval_s)

    done = dispatched_until(notices({0: "+a", 1: "+b", 2: "+c"}), chosen)

    assert shown(done.dispatches) == expected


def test_groups_wait_apart_from_each_other() -> None:
    by_team = route(group_by=("team",))
    given = [
        notice("+a", 0, team="web"),
        notice("+b", 1, team="data"),
        notice("+c", 2, team="web"),
        notice("+d", 2),
    ]

    done = dispatched_until(given, by_team)

    assert shown(done.dispatches) == {
        "30 ops": "+a",
        "90 ops": "+b",
        "150 ops": "+d",
        "330 ops": "+c",
    }
    assert [each.group for each in done.dispatches] == [
        {"team": "web"},
        {"team": "data"},
        {},
        {"team": "web"},
    ]


def test_a_new_episode_is_another_alert() -> None:
    done = dispatched_until([notice("+a1", 0), notice("-a1", 2), notice("+a2", 3)])

    assert shown(done.dispatches) == {"30 ops": "+a1", "330 ops": "+a2 -a1"}


def test_a_group_that_is_full_tells_in_several_dispatches_of_one_time() -> None:
    given = [notice(f"+{at:04}", 0) for at in range(MAX_WAITING + 3)]

    done = dispatched_until(given)

    assert [len(each.told) for each in done.dispatches] == [MAX_WAITING, 3]
    assert {each.due_at for each in done.dispatches} == {T0 + MINUTE / 2}
    assert len(done.groups[0].firing) == MAX_WAITING + 3


def test_the_latest_word_on_an_alert_is_told() -> None:
    done = dispatched_until([notice("+a", 0), notice("*a", 1)], route(group_wait_s=300))

    ((told,),) = [each.told for each in done.dispatches]
    assert (told.occasion, told.time) == ("firing", T0 + MINUTE)
