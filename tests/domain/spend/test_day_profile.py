"""How much of a day's spend is usually over by a time of day."""

from datetime import timedelta

import numpy as np
import pytest

from shared.domain.packing import Floats
from shared.domain.spend.day_profile import HourlyDay, day_profile
from tests.domain.daily_factories import MONDAY


def hours(**spent: float) -> Floats:
    """Return 24 hours of nothing but what is named, as h9=2.0."""
    values = np.zeros(24)
    for name, usd in spent.items():
        values[int(name[1:])] = usd
    return values


def test_without_spend_a_day_is_even() -> None:
    profile = day_profile([], 0)

    assert [profile.elapsed(at) for at in (0, 720, 1440)] == [0.0, 0.5, 1.0]


@pytest.mark.parametrize(
    ("minute", "share"), [(0, 0.0), (540, 0.0), (570, 0.125), (600, 0.25), (660, 1.0), (1440, 1.0)]
)
def test_spend_is_even_within_an_hour(minute: int, share: float) -> None:
    profile = day_profile([HourlyDay(MONDAY, hours(h9=1.0, h10=3.0))], 0)

    assert profile.elapsed(minute) == pytest.approx(share)


def test_days_of_the_same_weekday_count_three_times() -> None:
    tuesday = MONDAY + timedelta(days=1)
    days = [HourlyDay(MONDAY, hours(h0=1.0)), HourlyDay(tuesday, hours(h23=1.0))]

    assert day_profile(days, 0).elapsed(720) == pytest.approx(0.75)
    assert day_profile(days, 1).elapsed(720) == pytest.approx(0.25)
    assert day_profile(days, 2).elapsed(720) == pytest.approx(0.5)


def test_a_days_end_is_never_more_than_the_whole_day() -> None:
    draw = np.random.default_rng(1)
    for _ in range(200):
        days = [HourlyDay(MONDAY, draw.lognormal(size=24)) for _ in range(3)]
        profile = day_profile(days, 0)
        assert profile.elapsed(1_440) == 1.0
        assert profile.elapsed(1_439.999) <= 1.0
