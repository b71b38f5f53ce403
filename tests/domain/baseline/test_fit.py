"""Baselines: what is learned from hours with a known truth."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.baseline.baseline import Basis, SeasonalBaseline
from shared.domain.baseline.fit import Period, fit_baselines
from shared.domain.rollup.rollup import Sparse
from shared.domain.rollup.sketch import keys_of
from shared.domain.timeline import DAY_M, HOUR_M
from tests.domain.baseline_factories import (
    END,
    ERRORS,
    HOUR_EFFECTS,
    RESPONSE_TIME,
    SERIES,
    WEEKDAY_EFFECTS,
    fitted,
    hours,
    observed,
    seasonal,
    spread_at,
)

MONDAY = 4 * DAY_M + END // (7 * DAY_M) * 7 * DAY_M


def test_known_hours_and_weekdays_are_recovered() -> None:
    found = fitted(seasonal(28))

    weekdays = WEEKDAY_EFFECTS - WEEKDAY_EFFECTS.mean()
    assert np.abs(np.array(found.hour_effects) - HOUR_EFFECTS).max() < 0.05
    assert np.abs(np.array(found.weekday_effects) - weekdays).max() < 0.06
    assert found.center == pytest.approx(1000, rel=0.02)
    assert found.sd == pytest.approx(0.05, abs=0.02)


@pytest.mark.parametrize(
    ("days", "with_hours", "with_weekdays"),
    [
        pytest.param(2.9, False, False, id="too few days for anything"),
        pytest.param(3, True, False, id="hours from day 3"),
        pytest.param(20.9, True, False, id="no weekdays yet"),
        pytest.param(21, True, True, id="weekdays from day 21"),
    ],
)
def test_effects_begin_when_there_are_enough_days(
    days: float, with_hours: bool, with_weekdays: bool
) -> None:
    found = fitted(seasonal(days))

    assert any(found.hour_effects) == with_hours
    assert any(found.weekday_effects) == with_weekdays


def test_effects_are_shrunk_less_the_more_days_speak_for_them() -> None:
    swings = []
    for days in (3, 7, 14, 30):
        slots = hours(days)
        values = 1000 * np.exp(np.where(slots % DAY_M < DAY_M // 2, 0.3, -0.3))
        swings.append(max(fitted(observed(slots, values)).hour_effects))

    assert swings == sorted(swings)
    assert swings == pytest.approx([0.3 * n / (n + 2) for n in (3, 7, 14, 30)], rel=0.35)


@given(
    share=st.floats(0, 0.2), factor=st.sampled_from([0.05, 3.0, 10.0, 1e4]), seed=st.integers(0, 99)
)
@settings(max_examples=25, deadline=None)
def test_a_fifth_of_outliers_moves_little(share: float, factor: float, seed: int) -> None:
    clean = seasonal(28, seed=seed)
    hit = np.random.default_rng(seed).random(len(clean.values)) < share
    soiled = replace(clean, values=np.where(hit, clean.values * factor, clean.values))

    one, other = fitted(clean), fitted(soiled)

    assert other.center == pytest.approx(one.center, rel=0.05)
    assert other.sd < 3 * one.sd


@given(seed=st.integers(0, 99))
@settings(max_examples=10, deadline=None)
def test_the_order_of_observations_does_not_matter(seed: int) -> None:
    once = seasonal(10)
    order = np.random.default_rng(seed).permutation(len(once.slots))
    shuffled = observed(once.slots[order], once.values[order])

    assert _numbers(fitted(shuffled)) == pytest.approx(_numbers(fitted(once)), rel=1e-9)


def test_nothing_outside_of_the_period_is_looked_at() -> None:
    period = Period(END - 10 * DAY_M, END - HOUR_M)
    whole = seasonal(30)
    inside = (whole.slots >= period.first) & (whole.slots < period.end)
    absurd = replace(whole, values=np.where(inside, whole.values, 1e9))

    assert fitted(absurd, period=period) == fitted(whole, period=period)


def test_an_hour_cut_off_by_the_period_counts_in_part() -> None:
    slots = hours(5)

    found = fitted(observed(slots, np.full(len(slots), 7.0)), period=Period(0, END - 45))

    assert found.hours == pytest.approx(5 * 24 - 0.75)


def test_an_hour_of_few_samples_counts_less() -> None:
    slots = hours(2)
    high = np.arange(len(slots)) % 2 == 0
    samples = np.where(high, 1, 2000)

    found = fitted(observed(slots, np.where(high, 1100.0, 1000.0), samples))

    assert found.center == pytest.approx(1000, rel=0.01)


def test_rare_failures_are_not_taken_for_outliers() -> None:
    slots = hours(28)
    failures = np.random.default_rng(5).binomial(100, 0.002, len(slots))

    found = fitted(observed(slots, failures / 100, 100), ERRORS)

    assert found.center == pytest.approx(failures.mean() / 100, rel=0.1)
    assert found.interval is not None
    assert found.interval.low < 0.002 < found.interval.high


def test_without_any_failure_the_rate_is_zero_but_not_certainly() -> None:
    slots = hours(28)

    found = fitted(observed(slots, np.zeros(len(slots)), 100), ERRORS)

    assert found.center == 0
    assert found.interval is not None
    assert found.interval.low == 0
    # At 95 %, some 3.7 failures are not ruled out.
    assert found.interval.high == pytest.approx(3.7 / (100 * len(slots)), rel=0.7)
    assert spread_at(found, END, 5) > spread_at(found, END) > 0


def test_the_interval_covers_the_centre_as_often_as_it_says_although_hours_are_alike() -> None:
    slots, covered, runs = hours(28), 0, 200
    for seed in range(runs):
        steps = np.random.default_rng(seed).normal(0, 0.05, len(slots))
        values = np.zeros(len(slots))
        for at in range(1, len(slots)):
            values[at] = 0.8 * values[at - 1] + steps[at]
        interval = fitted(observed(slots, 1000 * np.exp(values))).interval
        assert interval is not None
        covered += interval.low <= 1000 <= interval.high

    assert covered / runs > 0.9


def test_intervals_name_their_method_and_level() -> None:
    interval = fitted(seasonal(28)).interval

    assert interval is not None
    assert interval.level == 0.95
    assert interval.method == (
        "cluster-robust standard error of a weighted mean, blocks of 24 h, Student's t"
    )


def test_two_hours_give_a_centre_but_no_interval() -> None:
    found = fitted(observed(hours(2 / 24), np.array([5.0, 6.0])))

    assert 5 < found.center < 6
    assert found.interval is None


def test_fewer_than_five_samples_give_nothing() -> None:
    few = observed(hours(4 / 24), np.full(4, 5.0), 1)

    assert fit_baselines(RESPONSE_TIME, few, Period(0, END)) == {}


def test_quantiles_are_of_single_requests_where_these_are_kept() -> None:
    slots = hours(1)
    single = np.linspace(1e5, 2e6, 400)
    keys, counts = np.unique(keys_of(single), return_counts=True)
    sketch = Sparse(np.zeros(len(keys), np.int64), keys, counts)
    given_ = replace(observed(slots, np.full(24, 1000.0)), sketch=sketch)

    found = fitted(given_)

    assert found.quantiles_of is Basis.REQUESTS
    expected = np.quantile(single, (0.05, 0.5, 0.95), method="inverted_cdf") / 1000
    assert [found.p5, found.p50, found.p95] == pytest.approx(expected.tolist(), rel=0.0055)
    assert fitted(observed(slots, np.full(24, 1000.0))).quantiles_of is Basis.HOURS


def test_samples_are_counted_by_hour_of_the_week() -> None:
    slots = np.array([MONDAY, MONDAY + HOUR_M, MONDAY + 7 * DAY_M, MONDAY + 6 * DAY_M])

    found = fitted(observed(slots, np.full(4, 5.0), 3), period=Period(0, MONDAY + 8 * DAY_M))

    cells = {at: count for at, count in enumerate(found.cell_samples) if count}
    assert cells == {0: 6, 1: 3, 6 * 24: 3}
    assert found.sample_size == 12


def test_series_are_fitted_each_by_itself() -> None:
    one, other = seasonal(10), seasonal(10, level=50.0)
    other_series = (("model", "other"), ("deployment", ""))
    count = len(one.slots)
    both = replace(
        one,
        labels=[SERIES, other_series],
        series=np.repeat([0, 1], count),
        slots=np.tile(one.slots, 2),
        values=np.concatenate([one.values, other.values]),
        samples=np.tile(one.samples, 2),
    )

    found = fit_baselines(RESPONSE_TIME, both, Period(0, END))

    assert _numbers(found[SERIES]) == pytest.approx(_numbers(fitted(one, period=Period(0, END))))
    assert found[other_series].center == pytest.approx(found[SERIES].center / 20)


def _numbers(baseline: SeasonalBaseline) -> list[float]:
    assert baseline.interval is not None
    return [
        baseline.level,
        baseline.sd,
        baseline.confidence,
        *baseline.hour_effects,
        *baseline.weekday_effects,
        baseline.interval.low,
        baseline.interval.high,
    ]
