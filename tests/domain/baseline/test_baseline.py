"""What a baseline says is normal, by the hour of the week and the length of a window."""

import numpy as np
import pytest

from shared.domain.timeline import DAY_M, HOUR_M
from tests.domain.baseline_factories import (
    END,
    ERRORS,
    center_at,
    fitted,
    hours,
    observed,
    seasonal,
    spread_at,
)

MONDAY = 4 * DAY_M + END // (7 * DAY_M) * 7 * DAY_M


def test_what_is_normal_goes_with_the_hour_of_the_week() -> None:
    found = fitted(seasonal(28))

    tuesday_six, sunday_eighteen = MONDAY + DAY_M + 6 * HOUR_M, MONDAY + 6 * DAY_M + 18 * HOUR_M
    assert center_at(found, tuesday_six) == pytest.approx(1000 * np.exp(0.4), rel=0.06)
    assert center_at(found, sunday_eighteen) == pytest.approx(1000 * np.exp(-0.55), rel=0.1)
    assert spread_at(found, tuesday_six) > spread_at(found, sunday_eighteen)


def test_a_shorter_window_scatters_more() -> None:
    slots = hours(28)
    failures = np.random.default_rng(5).binomial(1000, 0.05, len(slots))

    found = fitted(observed(slots, failures / 1000, 1000), ERRORS)

    in_five_minutes = np.sqrt(0.05 * 0.95 / (1000 / 12))
    assert spread_at(found, END, 5) == pytest.approx(in_five_minutes, rel=0.05)
    assert spread_at(found, END, 60) == pytest.approx(np.sqrt(0.05 * 0.95 / 1000), rel=0.1)


def test_a_day_long_window_is_held_against_the_mean_of_its_hours() -> None:
    found = fitted(seasonal(28))
    noon = MONDAY + 2 * DAY_M + 12 * HOUR_M

    (of_day,) = found.centers(np.array([noon]), DAY_M)

    assert of_day == pytest.approx(1000 * np.exp(0.1), rel=0.03)
