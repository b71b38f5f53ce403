"""Looks and their intervals."""

import math

import numpy as np
import pytest

from shared.domain.verification.blocks import Blocks
from shared.domain.verification.looks import LEVEL, LOOKS, interval_of
from shared.domain.verification.student import critical_t

NONE = Blocks(np.empty(0), np.empty(0))


def of(*differences: float) -> Blocks:
    return Blocks(np.array(differences), np.ones(len(differences)))


def test_all_looks_together_may_err_by_less_than_one_in_twenty() -> None:
    assert 0.95 < LEVEL < 1
    assert [look.after_days for look in LOOKS] == sorted(look.after_days for look in LOOKS)


def test_equal_weights_give_students_interval() -> None:
    found = interval_of(of(0.1, 0.2, 0.3, 0.4), NONE, 0.05)
    assert found is not None
    reach = critical_t(0.05, 3) * np.std([0.1, 0.2, 0.3, 0.4], ddof=1) / 2
    assert (found.low, found.mean, found.high) == pytest.approx((0.25 - reach, 0.25, 0.25 + reach))


def test_history_adds_what_it_knows_of_the_spread() -> None:
    alone = interval_of(of(-0.3, -0.2, -0.1), NONE, 0.01)
    backed = interval_of(of(-0.3, -0.2, -0.1), of(*([0.1, -0.1] * 7)), 0.01)
    assert alone is not None
    assert backed is not None
    assert backed.mean == alone.mean
    assert backed.high < 0 < alone.high


def test_history_that_spreads_widens_the_interval() -> None:
    found = interval_of(of(-0.21, -0.2, -0.19), of(*([0.5, -0.5] * 7)), 0.01)
    assert found is not None
    assert found.high > 0


def test_two_blocks_say_nothing_of_the_spread() -> None:
    found = interval_of(of(-0.2, -0.2), NONE, 0.05)
    assert found is not None
    assert (found.low, found.high) == (-math.inf, math.inf)
    assert interval_of(NONE, NONE, 0.05) is None


def test_what_is_unseen_widens_even_an_interval_without_spread() -> None:
    found = interval_of(of(*[-0.1] * 8), NONE, 0.001, unseen=0.0025)
    assert found is not None
    assert found.high > 0
