"""How often verdicts are false, and how often they find what is there, on simulated traffic.

`-s` prints the figures that docs/verification.md has.
"""

from collections import Counter

import numpy as np
import pytest

from shared.domain.verification.hours import Hours
from shared.domain.verification.judging import judge
from shared.domain.verification.verdict import Metric, Verdict, VerdictStatus
from tests.domain.verification_traffic import CHANGED_H, Run, Traffic, hours_only, runs

RUNS = 1000
WEEKLY_2000 = 2000 / 7
FALSE = {VerdictStatus.VERIFIED, VerdictStatus.REFUTED}


def verdict_of(traffic: Traffic, hours: Hours, metric: Metric = Metric.RESPONSE_TIME) -> Verdict:
    return judge(metric, hours, traffic.change, elapsed_h=traffic.weeks_after * 168)


def share(found: Counter[VerdictStatus], of: set[VerdictStatus]) -> float:
    return sum(found[each] for each in of) / found.total()


@pytest.mark.parametrize(
    "traffic",
    [
        Traffic(WEEKLY_2000, weeks_before=1, weeks_after=1),
        Traffic(WEEKLY_2000, weeks_before=4, weeks_after=4),
        Traffic(WEEKLY_2000, weeks_before=8, weeks_after=4),
        Traffic(1500, weeks_before=2, weeks_after=2, sigma=0.5),
    ],
    ids=["a week each", "all six looks", "with history", "dense"],
)
def test_at_most_one_verdict_in_twenty_is_false(traffic: Traffic) -> None:
    found = Counter(verdict_of(traffic, run.hours).status for run in runs(traffic, RUNS))

    rate = share(found, FALSE)
    print(f"\nfalse verdicts {rate:.1%} of {RUNS}: {traffic}")
    assert rate <= 0.05


@pytest.mark.parametrize("history", [1, 8], ids=["no history", "with history"])
def test_a_real_drop_is_found_four_times_out_of_five(history: int) -> None:
    traffic = Traffic(WEEKLY_2000, weeks_before=history, weeks_after=1, effect=-0.2)
    found = Counter(verdict_of(traffic, run.hours).status for run in runs(traffic, RUNS))

    power = share(found, {VerdictStatus.VERIFIED})
    print(f"\nverified {power:.1%} of {RUNS}: {traffic}")
    assert power >= 0.8
    assert found[VerdictStatus.REFUTED] <= RUNS // 100


def test_the_same_rise_is_refuted_as_often() -> None:
    traffic = Traffic(WEEKLY_2000, weeks_before=1, weeks_after=1, effect=0.2)
    found = Counter(verdict_of(traffic, run.hours).status for run in runs(traffic, RUNS // 2))
    assert share(found, {VerdictStatus.REFUTED}) >= 0.8


def test_intervals_hold_the_true_change_whatever_it_is() -> None:
    traffic = Traffic(WEEKLY_2000, weeks_before=1, weeks_after=1, effect=-0.2)
    missed = 0
    for run in runs(traffic, RUNS // 2, seed=2):
        verdict = verdict_of(traffic, run.hours)
        assert verdict.log_ratio_low is not None
        assert verdict.log_ratio_high is not None
        missed += not verdict.log_ratio_low <= traffic.effect <= verdict.log_ratio_high
    assert missed / (RUNS // 2) <= 0.05


@pytest.mark.parametrize(
    ("per_day", "least"), [(WEEKLY_2000, 0.25), (3000.0, 0.5)], ids=["sparse", "dense"]
)
def test_a_test_of_single_requests_would_err_most_of_the_time(per_day: float, least: float) -> None:
    traffic = Traffic(per_day, weeks_before=1, weeks_after=1)
    rate = np.mean([differs_by_request(run) for run in runs(traffic, RUNS // 4)])
    print(f"\nsingle requests, one look at 5 %: false verdicts {rate:.1%}: {traffic}")
    assert rate >= least


def test_lengths_that_drift_are_not_taken_for_the_change() -> None:
    traffic = Traffic(WEEKLY_2000, weeks_before=4, weeks_after=4)
    plain = Counter(
        verdict_of(traffic, hours_only(run.hours)).status for run in runs(traffic, RUNS // 2)
    )
    print(f"\nwithout adjusting for lengths: false verdicts {share(plain, FALSE):.1%}: {traffic}")
    assert share(plain, FALSE) >= 0.3


@pytest.mark.parametrize("growth", [0.5, 1.0, 2.0])
@pytest.mark.parametrize("error_rate", [0.001, 0.02, 0.3])
def test_traffic_that_grows_or_shrinks_does_not_change_a_rate(
    error_rate: float, growth: float
) -> None:
    traffic = Traffic(WEEKLY_2000, weeks_before=4, weeks_after=4)
    draw = np.random.default_rng(3)
    found = Counter(
        verdict_of(
            traffic, failing(traffic, draw, error_rate, growth=growth), Metric.ERROR_RATE
        ).status
        for _ in range(RUNS // 4)
    )
    rate = share(found, FALSE)
    print(f"\nerror rate {error_rate}, traffic times {growth}: false verdicts {rate:.1%}")
    assert rate <= 0.05


def test_half_as_many_errors_are_verified() -> None:
    traffic = Traffic(WEEKLY_2000, weeks_before=4, weeks_after=4)
    draw = np.random.default_rng(4)
    found = Counter(
        verdict_of(traffic, failing(traffic, draw, 0.05, ratio=0.5), Metric.ERROR_RATE).status
        for _ in range(100)
    )
    assert share(found, {VerdictStatus.VERIFIED}) >= 0.95


def failing(
    traffic: Traffic,
    draw: np.random.Generator,
    error_rate: float,
    *,
    growth: float = 1.0,
    ratio: float = 1.0,
) -> Hours:
    """Return hours of requests that fail, hours and days differing as those of latency do."""
    is_after = traffic.at >= CHANGED_H
    n = draw.poisson(traffic.rates() * np.where(is_after, growth, 1.0))
    rate = error_rate * np.exp(traffic.levels(draw)) * np.where(is_after, ratio, 1.0)
    failed = draw.binomial(n, np.minimum(rate, 1.0)).astype(np.float64)
    every = Hours(traffic.at, n.astype(np.float64), failed, failed)
    return every.where(every.n > 0)


def differs_by_request(run: Run) -> bool:
    """Tell whether a test of two means, request by request, sees a difference at 5 %."""
    before, after = run.values[~run.is_after], run.values[run.is_after]
    error = np.sqrt(before.var() / len(before) + after.var() / len(after))
    return bool(abs(after.mean() - before.mean()) > 1.96 * error)
