"""Rarity is told by what came before, on the same side and of the same size."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.anomaly.rarity import Rarity


def after(deviations: list[float]) -> Rarity:
    """Return a memory of deviations."""
    rarity = Rarity()
    for deviation in deviations:
        rarity.learn(deviation, 1.0)
    return rarity


USUAL = np.random.default_rng(3).laplace(0, 1, 3_000).tolist()
sizes = st.floats(1, 1e4)


@given(sizes, sizes, st.booleans())
def test_the_larger_is_never_the_less_surprising(one: float, other: float, upwards: bool) -> None:
    sign = 1 if upwards else -1
    rarity = after(USUAL[:500])
    small, large = sorted((one, other))
    assert rarity.surprise(sign * small) <= rarity.surprise(sign * large)


@given(st.floats(0.1, 6), st.booleans())
def test_the_reach_is_where_a_deviation_becomes_that_surprising(
    surprise: float, upwards: bool
) -> None:
    sign = 1 if upwards else -1
    rarity = after(USUAL)
    reach = rarity.reach(surprise, upwards=upwards)
    assert rarity.surprise(sign * reach * 1.001) >= surprise > rarity.surprise(sign * reach * 0.8)


def test_what_happens_again_is_less_surprising_each_time() -> None:
    rarity, found = after(USUAL), []
    for _ in range(12):
        found.append(rarity.surprise(40.0))
        rarity.learn(40.0, 1.0)
    assert found == sorted(found, reverse=True)
    assert found[0] > 3
    assert found[-1] == 0


def test_one_side_says_nothing_of_the_other() -> None:
    rarity = after([*map(abs, USUAL), *[30.0] * 20])
    assert rarity.surprise(30.0) == 0
    assert rarity.surprise(-30.0) > 3


@pytest.mark.parametrize("size", [0.0, 0.3, 0.999])
def test_less_than_the_usual_size_is_no_surprise(size: float) -> None:
    assert Rarity().surprise(size) == 0


def test_a_point_that_counts_for_nothing_teaches_nothing() -> None:
    rarity = after(USUAL)
    before = rarity.surprise(20.0)
    for _ in range(50):
        rarity.learn(20.0, 0.0)
    assert rarity.surprise(20.0) >= before


def test_a_long_memory_is_rescaled_without_a_trace() -> None:
    rarity = after(USUAL * 45)
    assert rarity.unit < 1e9
    expected = after(USUAL * 8)
    assert rarity.surprise(25.0) == pytest.approx(expected.surprise(25.0), rel=0.02)
