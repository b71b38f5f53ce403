"""When a label set flaps, and when it is steady again."""

from datetime import timedelta

import pytest

from shared.domain.alert.flaps import STEADY, Flaps, flaps_after
from tests.domain.rule_factories import MINUTE, T0

_THREE = tuple(T0 + at * MINUTE for at in (0, 10, 20))


def _after(flaps: Flaps, at: int, **fields: object) -> Flaps:
    given: dict[str, object] = {
        "ended": False,
        "firing_since": None,
        "threshold": 3,
        "now": T0 + at * MINUTE,
    }
    return flaps_after(flaps, **(given | fields))  # type: ignore[arg-type]


def _ended(*minutes: int, threshold: int = 3) -> Flaps:
    flaps = STEADY
    for at in minutes:
        flaps = _after(flaps, at, ended=True, threshold=threshold)
    return flaps


@pytest.mark.parametrize(
    ("minutes", "since"),
    [
        ((0, 10), None),
        ((0, 10, 29), 29),
        ((0, 10, 30), None),
        ((0, 10, 30, 39), 39),
        ((0, 1, 2, 3), 2),
    ],
    ids=["two", "within", "at-30", "a-later-three", "since-the-third"],
)
def test_three_ends_within_half_an_hour_are_flapping(
    minutes: tuple[int, ...], since: int | None
) -> None:
    assert _ended(*minutes).since == (None if since is None else T0 + since * MINUTE)


def test_no_more_ends_are_kept_than_the_threshold_asks_for() -> None:
    assert _ended(*range(9)).ends == tuple(T0 + at * MINUTE for at in (6, 7, 8))


def test_a_rule_sets_its_own_threshold() -> None:
    assert _ended(0, 1, threshold=2).since == T0 + MINUTE
    assert _ended(0, 1, 2, 3, threshold=0) == STEADY


@pytest.mark.parametrize(("at", "steady"), [(34, False), (35, True)], ids=["before", "at"])
def test_quiet_for_a_quarter_of_an_hour_is_steady(at: int, steady: bool) -> None:
    flapping = Flaps(_THREE, since=T0 + 20 * MINUTE, told=True)

    assert _after(flapping, at) == (STEADY if steady else flapping)


@pytest.mark.parametrize(("at", "steady"), [(39, False), (40, True)], ids=["before", "at"])
def test_firing_for_a_quarter_of_an_hour_is_steady(at: int, steady: bool) -> None:
    flapping = Flaps(_THREE, since=T0 + 20 * MINUTE, told=True)

    after = _after(flapping, at, firing_since=T0 + 25 * MINUTE)

    assert after == (STEADY if steady else flapping)


@pytest.mark.parametrize(("minutes", "kept"), [(29, True), (30, False)], ids=["within", "over"])
def test_ends_that_are_not_flapping_count_for_half_an_hour(minutes: int, kept: bool) -> None:
    once = _ended(0)

    assert (_after(once, minutes) == once) is kept


def test_an_end_while_it_flaps_goes_on_flapping() -> None:
    told = Flaps(_THREE, since=T0 + 20 * MINUTE, told=True)

    again = _after(told, 34, ended=True)

    assert (again.since, again.told) == (told.since, True)
    assert _after(again, 48) == again
    assert _after(again, 49) == STEADY


def test_only_what_flaps_and_was_told_is_damped() -> None:
    assert not Flaps(_THREE).damped
    assert not Flaps(_THREE, since=T0).damped
    assert Flaps(_THREE, since=T0, told=True).damped
    assert not Flaps(told=True, ends=(T0 - timedelta(days=1),)).damped
