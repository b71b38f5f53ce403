"""What timelines add up to, and which of their evaluations are changes."""

import numpy as np
import pytest

from shared.domain.alert.alert import State
from shared.domain.backtest.comparison import differences
from shared.domain.backtest.timeline import STATES, Sums, Timeline
from shared.domain.label import Labels
from tests.domain.rule_factories import rule

_CODES = {state[0]: code for code, state in enumerate(STATES)}


def _timeline(
    signs: str, *, fires_before: bool = False, data: str = "", labels: Labels = (), name: str = "r"
) -> Timeline:
    """Return a timeline from the first letters of its states, and digits of what data it had."""
    size = len(signs)
    return Timeline(
        rule(name=name),
        labels,
        fires_before,
        np.array([_CODES[sign] for sign in signs], np.uint8),
        np.full(size, np.nan),
        np.array([int(sign) for sign in data.ljust(size, "0")], np.uint8),
    )


@pytest.mark.parametrize(
    ("signs", "step_m", "fires_before", "expected"),
    [
        ("iiii", 1, False, Sums(4, 0, 0, 0, 0)),
        ("ippffi", 1, False, Sums(6, 1, 1, 2, 0)),
        ("ffff", 1, False, Sums(4, 1, 0, 4, 0)),
        ("ffii", 1, True, Sums(4, 0, 1, 2, 0)),
        ("iiff", 5, False, Sums(4, 1, 0, 10, 0)),
        ("fifif", 1, False, Sums(5, 3, 2, 3, 2)),
        ("fi" + "i" * 29 + "f", 1, False, Sums(32, 2, 1, 2, 1)),
        ("fi" + "i" * 30 + "f", 1, False, Sums(33, 2, 1, 2, 0)),
        ("fiif", 15, False, Sums(4, 2, 1, 30, 1)),
        ("fiiif", 15, False, Sums(5, 2, 1, 30, 0)),
        ("pppp", 1, False, Sums(4, 0, 0, 0, 0)),
    ],
    ids=[
        "clean",
        "an episode",
        "never ends",
        "fires before",
        "step",
        "flaps",
        "again after 30 min",
        "again after 31 min",
        "again after 30 min, step",
        "again after 45 min, step",
        "pending",
    ],
)
def test_sums(signs: str, step_m: int, fires_before: bool, expected: Sums) -> None:
    assert _timeline(signs, fires_before=fires_before).sums(step_m) == expected


def test_sums_of_rules_add_up() -> None:
    assert Sums(4, 1, 1, 2, 0).plus(Sums(6, 0, 1, 3, 1)) == Sums(10, 1, 2, 5, 1)


@pytest.mark.parametrize(
    ("signs", "data", "expected"),
    [
        ("iiii", "0000", [0]),
        ("iffi", "0000", [0, 1, 3]),
        ("iiii", "0110", [0, 1, 3]),
        ("ippf", "0010", [0, 1, 2, 3]),
    ],
)
def test_changes_are_where_state_or_data_differ(signs: str, data: str, expected: list[int]) -> None:
    assert _timeline(signs, data=data).changes() == expected


def test_states_and_their_codes_are_those_of_the_lifecycle() -> None:
    assert tuple(State) == STATES


_A, _B = (("host", "a"),), (("host", "b"),)


def test_differences_are_told_per_rule_and_label_set_the_largest_first() -> None:
    here = [_timeline("iffi", labels=_A), _timeline("ffff", labels=_B), _timeline("ifii", name="s")]
    there = [_timeline("iiff", labels=_A), _timeline("ifii", name="s"), _timeline("iiif", name="t")]

    found = differences(here, there, step_m=5)

    assert [(each.rule, each.labels, each.only_here, each.only_there) for each in found] == [
        ("r", {"host": "b"}, 20, 0),
        ("r", {"host": "a"}, 5, 5),
        ("t", {}, 0, 5),
    ]
    assert (found[1].minutes_here, found[1].minutes_there) == (10, 10)
    assert (found[2].fired_here, found[2].fired_there) == (0, 1)


def test_two_lone_rules_are_compared_whatever_their_names() -> None:
    (found,) = differences([_timeline("ff", name="old")], [_timeline("if", name="new")], step_m=1)

    assert (found.rule, found.only_here, found.only_there) == ("old", 1, 0)
