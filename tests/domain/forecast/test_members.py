"""Each kind of member forecasts what it is there for."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from shared.domain.forecast import smoothing, weekday_median, yearly
from shared.domain.forecast.members import HEAD_STARTS, member_paths
from shared.domain.forecast.scale import logarithmic, plain
from shared.domain.forecast.smoothing import Speed
from shared.domain.forecast.weighing import Weights, actual_paths, origins, weights
from shared.domain.packing import Floats
from tests.domain.daily_factories import QUIET_WEEKEND, busy_week

END = np.array([140])
WEEK = 100 + QUIET_WEEKEND
REPEATED = np.tile(WEEK, 20)


def level_path(values: Floats, speed: Speed) -> Floats:
    states = smoothing.smoothed(values[:, None], [speed])
    return smoothing.paths(states, [speed], np.array([len(values)]), 30)[0, 0]


def test_origins_are_the_end_and_whole_weeks_before_it() -> None:
    assert origins(45).tolist() == [45, 38, 31, 24, 17]
    assert origins(20).tolist() == [20]
    assert origins(21).tolist() == [21, 14]
    assert len(origins(5000)) == 53


def test_every_member_repeats_a_week_that_hardly_changes() -> None:
    paths = member_paths(REPEATED, origins(140), 30)
    assert paths.shape == (19, len(HEAD_STARTS), 30)
    np.testing.assert_allclose(paths[0], np.tile(WEEK, (len(HEAD_STARTS), 5))[:, :30], rtol=0.05)


@pytest.mark.parametrize("days", [28, 60])
def test_no_member_sees_what_comes_after_an_origin(days: int) -> None:
    known = busy_week(140)[:days]
    later = known.copy()
    later[21:] *= 5
    starts = origins(days)
    early = starts <= 21
    seen = member_paths(known, starts, 30)[early]
    np.testing.assert_array_equal(member_paths(later, starts, 30)[early], seen)


def test_a_weekday_median_passes_over_a_burst() -> None:
    burst = REPEATED.copy()
    burst[-3] = 1e6
    path = weekday_median.paths(burst, [8], END, 7)
    np.testing.assert_array_equal(path[0, 0], WEEK)


def test_a_weekday_median_takes_the_weeks_there_are() -> None:
    values = np.arange(21.0)
    path = weekday_median.paths(values, [1, 52], np.array([21, 14]), 2)
    assert path[:, :, 0].tolist() == [[14.0, 7.0], [7.0, 3.5]]


def test_a_median_of_an_origin_does_not_see_what_comes_after() -> None:
    later = REPEATED.copy()
    later[70:] = 0.0
    before = weekday_median.paths(REPEATED, [1, 8], np.array([140, 70]), 30)[1]
    np.testing.assert_array_equal(
        weekday_median.paths(later, [1, 8], np.array([140, 70]), 30)[1], before
    )


def test_a_fast_level_follows_a_shift_within_two_weeks() -> None:
    shifted = np.concatenate([REPEATED, REPEATED[:14] + 200])
    assert level_path(shifted, Speed(0.8, 0.12)).mean() == pytest.approx(WEEK.mean() + 200, rel=0.1)


def test_one_wild_day_hardly_moves_a_fast_level() -> None:
    wild = busy_week(140)
    calm = level_path(wild, Speed(0.8, 0.12)).mean()
    wild[-1] = 1e6
    assert level_path(wild, Speed(0.8, 0.12)).mean() == pytest.approx(calm, abs=60)


def test_a_trend_goes_on() -> None:
    path = level_path(np.arange(300.0), Speed(0.05, 0.1, trend=0.1, damping=1.0))
    np.testing.assert_allclose(path, np.arange(300.0, 330.0), rtol=0.02)


def test_the_shift_of_former_years_is_what_changed_then() -> None:
    days = np.arange(1000)
    season = 50 * np.sin(2 * np.pi * days / 364)
    shifts = yearly.shifts(
        season, width_days=7, speed=0.8, origins=np.array([1000, 300]), horizon_days=30
    )
    ahead = 50 * np.sin(2 * np.pi * np.arange(1000, 1030) / 364)
    np.testing.assert_allclose(shifts[0], ahead - season[-1], atol=1.5)
    assert not shifts[1].any()


def test_the_logarithmic_scale_comes_back() -> None:
    values = np.array([0.0, 5.0, 10.0, 2000.0])
    scale = logarithmic(values)
    np.testing.assert_allclose(scale.restore(scale.values), values, atol=1e-9)
    assert scale.restore(np.array([1e4])).tolist() == pytest.approx([4 * 2000.0])
    assert scale.restore(np.array([-1e4])).tolist() == [0.0]


@pytest.mark.parametrize(
    "values",
    [
        pytest.param([-1.0, 2.0, 3.0], id="negative"),
        pytest.param([0.0, 0.0, 3.0], id="mostly zero"),
    ],
)
def test_what_has_no_logarithm_stays_plain(values: list[float]) -> None:
    given = np.array(values)
    assert logarithmic(given).values.tolist() == plain(given).values.tolist() == values


def test_without_evidence_the_head_starts_decide() -> None:
    heads = np.log([0.75, 0.25])
    unknown = weights(np.zeros((0, 2, 30)), np.zeros((0, 30)), heads)
    np.testing.assert_allclose(unknown.shares, [0.75, 0.25])


def test_the_member_that_was_right_gets_nearly_all_weight() -> None:
    actual = actual_paths(REPEATED, np.array([105, 98, 91]))
    paths = np.stack([actual + 30, actual, actual - 30], axis=1)
    assert weights(paths, actual, np.zeros(3)).shares[1] > 0.99


def test_holes_are_not_judged() -> None:
    actual = np.full((1, 30), np.nan)
    actual[0, :10] = 5.0
    paths = np.full((1, 2, 30), 5.0)
    paths[0, 0, 10:] = 1e9
    assert weights(paths, actual, np.zeros(2)).shares.tolist() == [0.5, 0.5]


def test_little_evidence_leaves_half_of_the_way_from_the_mean_to_the_median() -> None:
    paths = np.array([[[1.0], [2.0], [9.0]]])
    assert Weights(np.full(3, 1 / 3), 0.0).combined(paths).tolist() == [[3.0]]
    assert Weights(np.full(3, 1 / 3), 4.0).combined(paths).tolist() == [[3.5]]


def test_the_median_goes_by_weight() -> None:
    paths = np.array([[[1.0, 9.0], [2.0, 2.0], [9.0, 1.0]]])
    combined = Weights(np.array([0.6, 0.2, 0.2]), 0.0).combined(paths)
    np.testing.assert_allclose(combined, [[(2.8 + 1) / 2, (6.0 + 9) / 2]])


@given(
    shares=arrays(float, 4, elements=st.floats(0.01, 1)),
    paths=arrays(float, (2, 4, 3), elements=st.floats(-1e6, 1e6)),
    months=st.floats(0, 60),
)
def test_what_is_combined_lies_between_its_members(
    shares: Floats, paths: Floats, months: float
) -> None:
    combined = Weights(shares / shares.sum(), months).combined(paths)
    assert np.all(combined >= paths.min(axis=1) - 1e-6)
    assert np.all(combined <= paths.max(axis=1) + 1e-6)
