"""Differences of blocks of hours."""

import numpy as np
import pytest

from shared.domain.verification.blocks import blocks
from shared.domain.verification.hours import DAY_H, WEEK_H, Hours, Lengths, length_slope
from shared.domain.verification.matching import Change, matched
from shared.domain.verification.scale import Scale

START = 100 * WEEK_H
CHANGE = Change(START, START)
AT = START + np.arange(-WEEK_H, WEEK_H)
IS_AFTER = AT >= START


def hours(mean: np.ndarray, n: np.ndarray | float = 100.0) -> Hours:
    """Return hours of so many requests, each with the value's mean."""
    count = np.broadcast_to(np.asarray(n, np.float64), AT.shape)
    return Hours(AT, count, mean * count, mean**2 * count)


def test_a_daily_course_is_no_difference_however_traffic_moves() -> None:
    course = np.sin(AT % DAY_H / 4)
    n = np.where(IS_AFTER, 20 + 10 * (AT % DAY_H), 300 - 10 * (AT % DAY_H))
    found = blocks(matched(known := hours(course, n), CHANGE), known, Scale.LOG, length_h=DAY_H)
    assert len(found) == 7
    assert found.differences == pytest.approx(np.zeros(7), abs=1e-12)


@pytest.mark.parametrize(("length_h", "count"), [(6, 28), (24, 7)])
def test_a_change_is_the_difference_of_every_block(length_h: int, count: int) -> None:
    known = hours(0.3 * IS_AFTER)
    found = blocks(matched(known, CHANGE), known, Scale.LOG, length_h=length_h)
    assert found.differences == pytest.approx(np.full(count, 0.3))


def test_days_of_few_requests_weigh_less() -> None:
    noisy = Hours(AT, np.where(AT // DAY_H % 7 == 0, 2.0, 200.0), np.zeros(len(AT)))
    known = Hours(AT, noisy.n, noisy.total, noisy.n)
    weights = blocks(matched(known, CHANGE), known, Scale.LOG, length_h=DAY_H).weights
    assert 0 < weights.min() < 0.3
    assert 0.7 < np.delete(weights, weights.argmin()).min() <= weights.max() <= 1


def test_a_block_of_very_few_requests_is_left_out() -> None:
    known = hours(np.zeros(len(AT)), np.where(AT // DAY_H == START // DAY_H, 0.25, 1.0))
    assert len(blocks(matched(known, CHANGE), known, Scale.LOG, length_h=DAY_H)) == 6


def test_the_same_share_of_less_traffic_is_no_difference_with_events_or_without() -> None:
    failed = np.where(AT % DAY_H == 3, 0.3, 0.0) * (AT // DAY_H % 7 < 4)
    known = hours(failed, np.where(IS_AFTER, 20.0, 400.0))
    found = blocks(matched(known, CHANGE), known, Scale.SHARE, length_h=DAY_H)
    assert found.differences.tolist() == [0.0] * 7


def test_a_share_of_less_than_one_event_a_block_is_not_compared() -> None:
    known = hours(np.full(len(AT), 1e-4))
    assert len(blocks(matched(known, CHANGE), known, Scale.SHARE, length_h=DAY_H)) == 0


def test_the_slope_is_that_within_hours() -> None:
    draw = np.random.default_rng(1)
    length = draw.normal(5, 1, (len(AT), 30)) + np.linspace(0, 2, len(AT))[:, None]
    # Between hours, longer answers come with less time; within them with more.
    value = 0.7 * length - 3 * np.linspace(0, 2, len(AT))[:, None]
    known = Hours(
        AT,
        np.full(len(AT), 30.0),
        value.sum(1),
        (value**2).sum(1),
        Lengths(length.sum(1), (length**2).sum(1), (length * value).sum(1)),
    )
    assert length_slope(known) == pytest.approx(0.7)
    adjusted = known.adjusted(0.7)
    assert adjusted.means == pytest.approx((value - 0.7 * length).mean(1))
    assert adjusted.squares == pytest.approx(((value - 0.7 * length) ** 2).sum(1), abs=1e-6)
