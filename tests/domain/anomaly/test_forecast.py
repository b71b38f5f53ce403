"""The forecast follows what the series does, and forgets a step that was only a gap."""

import numpy as np
import pytest

from shared.domain.anomaly.forecast import Forecaster

STEP_S = 900
IN_FULL = {"share": 1.0, "rhythm_share": 1.0}


def after(values: list[float], *, step_s: float = STEP_S) -> Forecaster:
    """Return a forecaster that saw values."""
    forecaster = Forecaster()
    forecaster.begin(0.0, values[0])
    for at, value in enumerate(values[1:], 1):
        time_s = step_s * at
        forecaster.learn(time_s, value, forecaster.foresee(time_s), **IN_FULL)
    return forecaster


@pytest.mark.parametrize("step_s", [60, 300, 900, 3_600])
def test_a_daily_course_is_foreseen_at_any_step(step_s: int) -> None:
    points = 10 * 86_400 // step_s
    values = 50 + 40 * np.sin(2 * np.pi * np.arange(points + 1) * step_s / 86_400)
    forecaster = after(values[:-1].tolist(), step_s=step_s)
    assert forecaster.foresee(step_s * points).normal == pytest.approx(values[-1], abs=9)


def test_a_week_is_foreseen_where_weekends_differ() -> None:
    weekday = np.arange(28 * 24) // 24 % 7 < 5
    forecaster = after(np.where(weekday, 100.0, 20.0)[:-24].tolist(), step_s=3_600)
    saturday = forecaster.foresee(3_600.0 * (33 * 24 + 12))
    assert forecaster.foresee(3_600.0 * (28 * 24 + 12)).normal == pytest.approx(100, abs=12)
    assert saturday.normal == pytest.approx(20, abs=12)


def test_a_walk_is_foreseen_where_it_was_last() -> None:
    walk = np.cumsum(np.random.default_rng(1).normal(0, 1, 3_000)).tolist()
    forecaster = after(walk)
    assert forecaster.foresee(STEP_S * 3_000.0).expected == pytest.approx(walk[-1], abs=1.5)


def test_plain_noise_is_foreseen_at_its_level() -> None:
    noise = np.random.default_rng(1).normal(10, 1, 3_000).tolist()
    forecaster = after([*noise, 16.0])
    assert forecaster.foresee(STEP_S * 3_001.0).expected == pytest.approx(10, abs=0.6)
    assert forecaster.noise.mean == pytest.approx(0.8, abs=0.1)


def test_after_a_gap_the_last_value_says_little() -> None:
    rng, values = np.random.default_rng(1), [0.0]
    for _ in range(3_000):
        values.append(0.9 * values[-1] + rng.normal())
    forecaster = after([*values, 8.0])
    soon = forecaster.foresee(STEP_S * 3_002.0)
    late = forecaster.foresee(STEP_S * 3_102.0)
    assert (soon.steps, late.steps) == (1, pytest.approx(101))
    assert soon.expected > 5
    assert abs(late.expected - late.normal) < 0.5


def test_the_step_is_found_though_the_first_was_a_gap() -> None:
    forecaster = Forecaster()
    forecaster.begin(-10_000.0, 1.0)
    for at in range(300):
        forecaster.learn(60.0 * at, 1.0, forecaster.foresee(60.0 * at), **IN_FULL)
    assert forecaster.step_s == pytest.approx(60, rel=0.05)
