"""When a metric has changed: surprise, effect and samples, all three; and hardly ever by chance."""

import math
from datetime import date
from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.baseline.baseline import SeasonalBaseline
from shared.domain.baseline.fit import Period, fit_baselines
from shared.domain.baseline.observation import Observed
from shared.domain.baseline.prediction import predict, predict_rate
from shared.domain.degradation.change import Shape
from shared.domain.degradation.degradation import Gates, Reading, is_worse, judge
from shared.domain.degradation.drift import drift_of
from shared.domain.degradation.level_shift import Steps, hour_of_change, shift_of
from shared.domain.forecast.daily_series import DailySeries
from shared.domain.span import Span
from shared.domain.timeline import DAY_M, HOUR_M, instant
from tests.domain.baseline_factories import (
    END,
    ERRORS,
    METRICS,
    center_at,
    fitted,
    hours,
    observed,
    seasonal,
)
from tests.domain.degradation_factories import Array, alike

AVERAGE = METRICS["response_time_avg_ms"]
HOUR = Span(END, END + HOUR_M)
RUNS = 1000


@cache
def _noisy() -> tuple[list[SeasonalBaseline], Array]:
    """Return baselines of 30 days of noise of 20 %, and all values up to a day later."""
    slots = hours(30)
    values = 1000 * np.exp(alike(RUNS, len(slots) + 24, 0.2, seed=3))
    labels = [(("model", f"m{at:04}"), ("deployment", "")) for at in range(RUNS)]
    learned = Observed(
        labels,
        np.repeat(np.arange(RUNS), len(slots)),
        np.tile(slots, RUNS),
        values[:, : len(slots)].ravel(),
        np.full(RUNS * len(slots), 200),
        None,
    )
    fits = fit_baselines(AVERAGE, learned, Period(END - 30 * DAY_M, END))
    return [fits[each] for each in labels], values


def test_noise_alone_is_called_a_degradation_on_at_most_one_day_in_twenty() -> None:
    baselines, values = _noisy()
    slots = np.arange(END - 7 * DAY_M, END + DAY_M, HOUR_M)
    alarms = 0
    for baseline, row in zip(baselines, values, strict=True):
        # Cheaper than judging every hour, and no hour less than 20 % off can be called one.
        off = row[30 * 24 :] / baseline.centers(slots[-24:] + HOUR_M // 2)
        for hour in (at for at in range(24) if off[at] > 1.15 or at % 6 == 5):
            span = Span(END + hour * HOUR_M, END + (hour + 1) * HOUR_M)
            reading = Reading(float(row[30 * 24 + hour]), 200)
            found = judge(AVERAGE.name, baseline, reading, span, Gates())
            # A level of six hours or more does not come and go between these looks.
            if found is None and hour % 6 == 5:
                seen = slice(23 * 24 + hour + 1, 30 * 24 + hour + 1)
                lately = slots[hour + 1 : hour + 1 + 7 * 24]
                steps = Steps(lately, row[seen], np.full(len(lately), 200))
                found = shift_of(AVERAGE.name, baseline, steps, Gates())
            if found is not None and found.worse:
                alarms += 1
                break
    assert alarms <= 0.05 * RUNS


def test_a_rise_of_three_fifths_in_that_noise_is_found_within_a_day() -> None:
    baselines, values = _noisy()
    slots = np.arange(END - 6 * DAY_M, END + DAY_M, HOUR_M)
    found = 0
    for baseline, row in zip(baselines[:100], values, strict=False):
        lifted = row[24 * 24 :].copy()
        lifted[-24:] *= 1.6
        change = shift_of(
            AVERAGE.name, baseline, Steps(slots, lifted, np.full(len(slots), 200)), Gates()
        )
        found += change is not None and change.worse
    assert found >= 90


@pytest.mark.parametrize(
    ("value", "samples", "changed"),
    [(1500, 200, True), (1500, 29, False), (1150, 10_000, False), (700, 200, True)],
    ids=["both", "too few", "surprising but small", "faster"],
)
def test_a_change_needs_surprise_effect_and_samples(
    value: float, samples: int, changed: bool
) -> None:
    slots = hours(28)
    noise = np.random.default_rng(1).normal(0, 0.03, len(slots))
    baseline = fitted(observed(slots, 1000 * np.exp(noise)), AVERAGE)

    found = judge(AVERAGE.name, baseline, Reading(value, samples), HOUR, Gates())

    assert (found is not None) is changed
    if found is not None:
        assert found.worse is (value > 1000)
        assert found.shape is Shape.SPAN
        assert found.effect == pytest.approx(value / found.baseline - 1)


def test_an_hour_is_judged_by_its_season() -> None:
    baseline = fitted(seasonal(28), AVERAGE)
    busy, calm = (
        max(range(24), key=baseline.hour_effects.__getitem__),
        min(range(24), key=baseline.hour_effects.__getitem__),
    )

    def changed(hour: int) -> bool:
        first = END + hour * HOUR_M
        normal = center_at(baseline, END + busy * HOUR_M)
        span = Span(first, first + HOUR_M)
        return judge(AVERAGE.name, baseline, Reading(normal, 200), span, Gates()) is not None

    assert not changed(busy)
    assert changed(calm)


def test_fewer_requests_need_a_larger_difference() -> None:
    baseline = fitted(seasonal(28), AVERAGE)
    widths = [
        predict(baseline, 1000.0, samples, minute=END, window_m=60).high
        for samples in (30, 200, 200_000)
    ]
    assert widths[0] > widths[1] >= widths[2] > center_at(baseline, END)


@pytest.mark.parametrize(
    ("failures", "requests", "changed"),
    [(0, 100, False), (1, 30, False), (4, 30, False), (8, 100, True), (60, 10_000, True)],
)
def test_few_failures_are_no_change_of_the_rate(
    failures: int, requests: int, changed: bool
) -> None:
    slots = hours(28)
    rates = np.random.default_rng(2).binomial(1000, 0.002, len(slots)) / 1000
    baseline = fitted(observed(slots, rates, 1000), ERRORS)
    reading = Reading(failures / requests, requests)
    assert (judge("error_rate", baseline, reading, HOUR, Gates()) is not None) is changed


@given(st.integers(30, 100_000), st.floats(0, 1))
def test_a_rate_is_unusual_where_it_is_out_of_its_interval(requests: int, share: float) -> None:
    slots = hours(20)
    rates = np.random.default_rng(2).binomial(1000, 0.05, len(slots)) / 1000
    baseline = fitted(observed(slots, rates, 1000), ERRORS)
    failures = round(share * requests)
    found = predict_rate(baseline, failures, requests, minute=END, window_m=60)
    assert 0 <= found.low <= found.center <= found.high <= 1
    assert 0 <= found.p_value <= 1
    slack = 2 / min(requests, 50_000)
    if failures / requests > found.high + slack or failures / requests < found.low - slack:
        assert found.is_unusual


def test_values_that_never_varied_still_have_an_effect_to_pass() -> None:
    slots = hours(5)
    baseline = fitted(observed(slots, np.full(len(slots), 1000.0)), AVERAGE)
    same = judge(AVERAGE.name, baseline, Reading(1000.0, 200), HOUR, Gates())
    more = judge(AVERAGE.name, baseline, Reading(1300.0, 200), HOUR, Gates())
    assert same is None
    assert more is not None


@pytest.mark.parametrize(
    ("metric", "higher", "lower"),
    [
        ("response_time_p95_ms", True, False),
        ("time_to_first_token_ms", True, False),
        ("error_rate", True, False),
        ("tokens_per_second", False, True),
        ("quality_groundedness", False, True),
        ("tokens_per_request", False, False),
    ],
)
def test_which_way_is_worse_depends_on_the_metric(metric: str, higher: bool, lower: bool) -> None:
    assert (is_worse(metric, 1.0), is_worse(metric, -1.0)) == (higher, lower)


@pytest.mark.parametrize("ago", [1, 3, 24, 100])
def test_a_change_is_dated_to_the_hour(ago: int) -> None:
    baseline = fitted(seasonal(28), AVERAGE)
    slots = np.arange(END, END + 7 * DAY_M, HOUR_M)
    noise = alike(1, len(slots), 0.05, seed=4)[0]
    values = baseline.centers(slots) * np.exp(noise)
    values[-ago:] *= 1.5

    found = hour_of_change(baseline, Steps(slots, values, np.full(len(slots), 200)), rises=True)

    assert found is not None
    assert found.at == instant(int(slots[-ago]))
    assert found.earliest <= found.at <= found.latest


def _days(slope: float, *, step_at: int | None = None) -> DailySeries:
    noise = np.random.default_rng(5).normal(0, 0.02, 28)
    line = slope * np.arange(28) if step_at is None else slope * 27 * (np.arange(28) >= step_at)
    return DailySeries(date(2026, 10, 26), 1000 * np.exp(line + noise))


def test_a_slow_drift_is_found_though_no_hour_is_unusual() -> None:
    baseline = fitted(seasonal(28), AVERAGE)

    found = drift_of(AVERAGE.name, baseline, _days(0.012), 28_000, Gates())

    assert found is not None
    assert (found.shape, found.worse) == (Shape.DRIFT, True)
    assert found.effect == pytest.approx(math.expm1(0.012 * 27), rel=0.15)
    assert found.since is not None
    assert found.since.date() == date(2026, 10, 26)


@pytest.mark.parametrize(
    "days",
    [_days(0.0), _days(0.003), _days(0.012, step_at=14)],
    ids=["none", "too little", "a step"],
)
def test_what_is_no_drift_is_not_called_one(days: DailySeries) -> None:
    baseline = fitted(seasonal(28), AVERAGE)
    assert drift_of(AVERAGE.name, baseline, days, 28_000, Gates()) is None
