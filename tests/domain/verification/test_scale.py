"""Scales: what a difference on one means in percent, there and back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.verification.scale import Scale, difference_of, on_scale, ratio_of, tenth_at


@given(st.sampled_from(Scale), st.floats(0.01, 0.5), st.floats(0.1, 1.9))
def test_a_ratio_survives_the_way_there_and_back(scale: Scale, before: float, ratio: float) -> None:
    difference = difference_of(scale, ratio, before)
    assert ratio_of(scale, difference, before) == pytest.approx(ratio)


@pytest.mark.parametrize("scale", Scale)
def test_no_difference_is_a_ratio_of_one(scale: Scale) -> None:
    assert ratio_of(scale, 0.0, 0.3) == pytest.approx(1.0)


@pytest.mark.parametrize("scale", [Scale.SHARE, Scale.MEAN])
def test_nothing_has_no_ratio(scale: Scale) -> None:
    assert ratio_of(scale, 0.1, 0.0) is None


def test_a_share_stays_between_none_and_all() -> None:
    assert ratio_of(Scale.SHARE, -9.0, 0.25) == 0.0
    assert ratio_of(Scale.SHARE, 9.0, 0.25) == pytest.approx(4.0)


def test_what_has_no_logarithm_is_not_compared() -> None:
    found = on_scale(Scale.LOG_OF_MEAN, np.array([0.0, np.e]), np.ones(2))
    assert np.isnan(found[0])
    assert found[1] == pytest.approx(1.0)


def test_a_share_of_few_requests_counts_as_a_little_more() -> None:
    (found,) = on_scale(Scale.SHARE, np.array([0.0]), np.array([9.25]))
    assert found == pytest.approx(np.arcsin(np.sqrt(0.0375)))


@pytest.mark.parametrize("scale", [Scale.LOG_OF_MEAN, Scale.SHARE, Scale.MEAN])
def test_a_tenth_is_about_what_a_tenth_more_makes(scale: Scale) -> None:
    assert tenth_at(scale, 0.2) == pytest.approx(difference_of(scale, 1.1, 0.2), rel=0.06)
