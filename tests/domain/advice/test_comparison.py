"""Two ways of the same work, hour by hour: what differs is found, what is alike is not."""

import numpy as np
import pytest

from shared.domain.advice.comparison import compared
from shared.domain.packing import Floats
from shared.domain.verification.hours import Hours
from shared.domain.verification.scale import Scale


def both_ways(days: int, effect: float, seed: int, requests: int = 40) -> tuple[Hours, Hours]:
    """Return ln durations of two ways that share what is special about each hour and day."""
    draw = np.random.default_rng(seed)
    size = days * 24
    level = np.repeat(draw.normal(0, 0.05, days), 24) + _correlated(draw, size)
    return _hours(draw, level, requests), _hours(draw, level + effect, requests)


def _correlated(draw: np.random.Generator, size: int) -> Floats:
    noise = draw.normal(0, 0.1 * np.sqrt(1 - 0.6**2), size)
    level = np.zeros(size)
    for at in range(1, size):
        level[at] = 0.6 * level[at - 1] + noise[at]
    return level


def _hours(draw: np.random.Generator, level: Floats, requests: int) -> Hours:
    values = level[:, None] + draw.normal(7, 0.8, (len(level), requests))
    n = np.full(len(level), float(requests))
    at = np.arange(480_000, 480_000 + len(level))
    return Hours(at, n, values.sum(axis=1), (values**2).sum(axis=1))


@pytest.mark.parametrize("effect", [-0.3, 0.2])
def test_a_difference_is_found_with_its_size(effect: float) -> None:
    found = compared(*both_ways(7, effect, seed=5), Scale.LOG)
    assert found is not None
    assert found.low <= effect <= found.high
    assert found.high - found.low < 0.2


def test_no_difference_is_mistaken_for_one_as_often_as_stated() -> None:
    wrong = 0
    for seed in range(300):
        found = compared(*both_ways(7, 0.0, seed, requests=12), Scale.LOG)
        assert found is not None
        wrong += not found.low <= 0 <= found.high
    assert wrong / 300 <= 0.08


def test_hours_of_one_way_only_are_left_out() -> None:
    ours, theirs = both_ways(7, -0.3, seed=1)
    nights = theirs.where(theirs.at % 24 < 6)
    found = compared(ours, nights, Scale.LOG)
    assert found is not None
    assert found.low <= -0.3 <= found.high


def test_the_time_of_day_is_no_difference() -> None:
    """One way by day and the other by night have no hour in common."""
    ours, theirs = both_ways(7, 0.0, seed=1)
    by_day = ours.where(ours.at % 24 >= 12)
    by_night = theirs.where(theirs.at % 24 < 12)
    assert compared(by_day, by_night, Scale.LOG) is None


@pytest.mark.parametrize(("days", "requests"), [(2, 40), (7, 9)])
def test_too_little_is_not_compared(days: int, requests: int) -> None:
    assert compared(*both_ways(days, -0.3, seed=1, requests=requests), Scale.LOG) is None
