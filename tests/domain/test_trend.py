"""A trend is said where there is one, and in about one of twenty series without."""

import numpy as np
import pytest

from shared.domain.trend import Direction, trend
from tests.domain.daily_factories import busy_week, daily


def test_twenty_known_days_are_not_enough() -> None:
    assert trend(daily(busy_week(20))) is None
    assert trend(daily(np.append(busy_week(20), [np.nan] * 9))) is None
    assert trend(daily(busy_week(21))) is not None


@pytest.mark.parametrize(
    ("slope", "direction"),
    [(1.0, Direction.INCREASING), (-1.0, Direction.DECREASING), (0.0, Direction.STABLE)],
)
def test_the_direction_and_the_slope_are_found(slope: float, direction: Direction) -> None:
    found = trend(daily(busy_week(60) + slope * np.arange(60)))
    assert found is not None
    assert found.direction == direction
    assert found.slope == pytest.approx(slope, abs=0.15)
    assert found.lo95 <= slope <= found.hi95
    assert (found.p_value < 0.05) == (direction != Direction.STABLE)


def test_a_quiet_weekend_at_the_end_is_no_trend() -> None:
    found = trend(daily(busy_week(28, noise=0.5)))
    assert found is not None
    assert found.direction == Direction.STABLE
    assert found.slope == pytest.approx(0.0, abs=0.1)


def test_bursts_do_not_bend_the_slope() -> None:
    values = busy_week(60) + np.arange(60)
    values[[55, 57, 58]] += 5000
    found = trend(daily(values))
    assert found is not None
    assert found.slope == pytest.approx(1.0, abs=0.25)


@pytest.mark.parametrize("values", [[5.0] * 30, [0.0] * 30], ids=["constant", "zero"])
def test_what_never_changes_is_stable(values: list[float]) -> None:
    found = trend(daily(values))
    assert found is not None
    assert (found.direction, found.slope, found.p_value) == (Direction.STABLE, 0.0, 1.0)


def test_holes_keep_their_days() -> None:
    values = 2.0 * np.arange(60.0)
    values[10:30] = np.nan
    found = trend(daily(values))
    assert found is not None
    assert found.slope == pytest.approx(2.0)


@pytest.mark.parametrize("keep", [0.0, 0.3, 0.6, 0.85])
@pytest.mark.parametrize("days", [30, 90])
def test_few_series_without_a_trend_are_said_to_have_one(days: int, keep: float) -> None:
    found = [trend(daily(busy_week(days, seed=seed, keep=keep))) for seed in range(200)]
    wrong = np.mean([each is not None and each.direction != Direction.STABLE for each in found])
    assert wrong <= 0.11


def test_most_growing_series_are_said_to_grow() -> None:
    found = [trend(daily(busy_week(30, seed=seed) + np.arange(30))) for seed in range(50)]
    rising = [each is not None and each.direction == Direction.INCREASING for each in found]
    assert np.mean(rising) > 0.95
