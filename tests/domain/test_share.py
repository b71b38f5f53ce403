"""Shares with intervals: textbook values, and coverage on days that differ."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.share import dispersion, share_of, wilson
from tests.domain.factories import ints


@pytest.mark.parametrize(
    ("share", "requests", "low", "high"),
    [
        # Newcombe 1998, Statistics in Medicine 17, table I, method 3.
        (81 / 263, 263, 0.2553, 0.3662),
        (15 / 148, 148, 0.0624, 0.1605),
        (0.0, 20, 0.0, 0.1611),
        (1 / 29, 29, 0.0061, 0.1718),
    ],
)
def test_the_interval_is_wilsons(share: float, requests: int, low: float, high: float) -> None:
    assert wilson(share, requests) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))


_days = st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=1, max_size=10)


@given(_days.filter(lambda days: any(a + b for a, b in days)))
def test_a_share_lies_in_its_interval(days: list[tuple[int, int]]) -> None:
    found = share_of(ints(*(a for a, _ in days)), ints(*(a + b for a, b in days)))
    assert 0 <= found.low <= found.value <= found.high <= 1
    assert found.events == sum(a for a, _ in days)


def test_two_days_tell_nothing_of_how_days_differ() -> None:
    assert dispersion(ints(0, 50), ints(100, 100)) == 1.0
    assert dispersion(ints(0, 50, 0), ints(100, 100, 100)) > 10


def test_days_that_differ_are_covered_as_often_as_promised() -> None:
    draw, held, plain = np.random.default_rng(3), 0, 0
    for _ in range(500):
        shares = np.clip(draw.normal(0.1, 0.03, 14), 0, 1)
        requests = np.full(14, 500)
        events = draw.binomial(requests, shares)
        found = share_of(events, requests)
        held += found.low <= 0.1 <= found.high
        low, high = wilson(found.value, requests.sum())
        plain += low <= 0.1 <= high
    assert held / 500 > 0.92
    assert plain / 500 < 0.7
