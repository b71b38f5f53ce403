"""Which hours are compared."""

import numpy as np
import pytest

from shared.domain.verification.hours import WEEK_H, Hours
from shared.domain.verification.matching import Change, Match, matched, unchanged

START = 100 * WEEK_H
ON_THE_HOUR = Change(START, START)
WITHIN_AN_HOUR = Change(START, START + 1)


def hours(first: int, end: int) -> Hours:
    """Return one request in each hour of [first, end), counted from the change."""
    at = START + np.arange(first, end)
    return Hours(at, np.ones(len(at)), np.zeros(len(at)))


def test_weeks_are_mirrored_at_the_change() -> None:
    known = hours(-2 * WEEK_H, 2 * WEEK_H)
    pairs = matched(known, ON_THE_HOUR)

    assert pairs.match is Match.HOUR_OF_WEEK
    assert len(pairs.offset) == 2 * WEEK_H
    assert (known.at[pairs.after] - START == pairs.offset).all()
    distance = known.at[pairs.after] - known.at[pairs.before]
    assert set(distance[:WEEK_H].tolist()) == {WEEK_H}
    assert set(distance[WEEK_H:].tolist()) == {3 * WEEK_H}


def test_each_hour_is_used_once() -> None:
    pairs = matched(hours(-8 * WEEK_H, 4 * WEEK_H), ON_THE_HOUR)
    rest = unchanged(hours(-8 * WEEK_H, 4 * WEEK_H), ON_THE_HOUR)
    used = np.concatenate([pairs.before, pairs.after, rest.before, rest.after])
    assert len(set(used.tolist())) == len(used) == 12 * WEEK_H


@pytest.mark.parametrize("days", range(1, 28))
def test_what_is_matched_stays_matched(days: int) -> None:
    whole = matched(hours(-8 * WEEK_H, 4 * WEEK_H), ON_THE_HOUR).until(days * 24)
    so_far = matched(hours(-8 * WEEK_H, days * 24), ON_THE_HOUR)
    assert whole.before.tolist() == so_far.before.tolist()
    assert whole.after.tolist() == so_far.after.tolist()


def test_a_young_deployment_is_compared_by_the_hour_of_the_day() -> None:
    known = hours(-3 * 24, WEEK_H)
    pairs = matched(known, ON_THE_HOUR)

    assert pairs.match is Match.HOUR_OF_DAY
    assert len(pairs.offset) == 3 * 24
    distance = known.at[pairs.after] - known.at[pairs.before]
    assert set(distance.tolist()) == {24, 3 * 24, 5 * 24}
    assert len(unchanged(known, ON_THE_HOUR).offset) == 0


def test_the_hour_of_the_change_is_on_neither_side() -> None:
    known = hours(-WEEK_H, WEEK_H)
    pairs = matched(known, WITHIN_AN_HOUR)
    assert START not in known.at[pairs.after]
    assert START not in known.at[pairs.before]


def test_unchanged_weeks_are_those_before_the_matched_ones() -> None:
    known = hours(-8 * WEEK_H, 0)
    pairs = unchanged(known, ON_THE_HOUR)
    later, earlier = known.at[pairs.after], known.at[pairs.before]
    assert set((later - earlier).tolist()) == {WEEK_H}
    assert (earlier.min() - START, later.max() - START) == (-8 * WEEK_H, -4 * WEEK_H - 1)


def test_hours_without_requests_are_not_matched() -> None:
    known = hours(-WEEK_H, WEEK_H).where(np.arange(2 * WEEK_H) % 2 == 0)
    pairs = matched(known, ON_THE_HOUR)
    assert set((pairs.offset % 2).tolist()) == {0}
    assert len(pairs.offset) == WEEK_H // 2


def test_nothing_before_is_nothing_to_compare_with() -> None:
    assert len(matched(hours(0, WEEK_H), ON_THE_HOUR).offset) == 0
    assert len(matched(hours(0, 0), ON_THE_HOUR).offset) == 0
