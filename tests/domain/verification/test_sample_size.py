"""How much data is said to be needed, and whether it is."""

import numpy as np
import pytest

from shared.domain.verification.hours import Hours
from shared.domain.verification.judging import judge
from shared.domain.verification.sample_size import required_samples
from shared.domain.verification.verdict import Metric, VerdictStatus
from tests.domain.verification_traffic import CHANGED_H, Traffic, runs

WEEK_H = 168


def history(weeks: int, per_day: float = 2000 / 7) -> Hours:
    traffic = Traffic(per_day, weeks_before=weeks, weeks_after=0)
    return next(iter(runs(traffic, 1))).hours


@pytest.mark.parametrize("weeks", [1, 8], ids=["a week", "with history"])
def test_a_smaller_change_needs_more(weeks: int) -> None:
    known = history(weeks)
    needs = [
        required_samples(Metric.RESPONSE_TIME, -effect, known, now_h=CHANGED_H)
        for effect in (60, 40, 20, 10, 1)
    ]
    days = [each.days or 99 for each in needs if each]
    assert days == sorted(days)
    assert (days[0] <= 7, days[-1]) == (True, 99)


def test_requests_are_those_of_the_days() -> None:
    needs = required_samples(Metric.RESPONSE_TIME, -40, history(1), now_h=CHANGED_H)
    assert needs is not None
    assert needs.days is not None
    assert needs.requests == pytest.approx(needs.days * 2000 / 7, rel=0.1)


@pytest.mark.parametrize("weeks", [1, 8], ids=["a week", "with history"])
def test_what_is_said_to_be_detectable_is_found_four_times_out_of_five(weeks: int) -> None:
    needs = required_samples(Metric.RESPONSE_TIME, -30, history(weeks), now_h=CHANGED_H)
    assert needs is not None
    assert needs.detectable_percent is not None
    traffic = Traffic(
        2000 / 7,
        weeks_before=max(weeks, 4),
        weeks_after=4,
        effect=float(np.log1p(needs.detectable_percent / 100)),
    )
    verdicts = [
        judge(Metric.RESPONSE_TIME, run.hours, traffic.change, elapsed_h=4 * WEEK_H).status
        for run in runs(traffic, 200)
    ]
    assert np.mean([each is VerdictStatus.VERIFIED for each in verdicts]) >= 0.75


@pytest.mark.parametrize(
    ("metric", "mean", "effect"),
    [
        (Metric.ERROR_RATE, 0.05, -80.0),
        (Metric.TRUNCATED_SHARE, 0.2, -80.0),
        (Metric.QUALITY, 0.7, 60.0),
    ],
)
def test_other_metrics_say_what_they_need_too(metric: Metric, mean: float, effect: float) -> None:
    known = _constant(mean, 20.0)
    needs = required_samples(metric, effect, known, now_h=CHANGED_H)
    assert needs is not None
    assert needs.days is not None
    assert needs.requests == pytest.approx(needs.days * 480)


def test_tokens_need_no_squares() -> None:
    at = CHANGED_H + np.arange(-WEEK_H, 0)
    known = Hours(at, np.full(WEEK_H, 20.0), np.full(WEEK_H, 20.0 * 900))
    needs = required_samples(Metric.TOKENS_PER_REQUEST, -40, known, now_h=CHANGED_H)
    assert needs is not None
    assert needs.days == 7


def test_events_too_rare_for_any_look_are_said_to_be() -> None:
    needs = required_samples(Metric.ERROR_RATE, -90, _constant(1e-4, 20.0), now_h=CHANGED_H)
    assert needs is not None
    assert (needs.days, needs.requests, needs.detectable_percent) == (None, None, None)


def test_without_recent_requests_nothing_is_known() -> None:
    assert (
        required_samples(Metric.ERROR_RATE, -50, history(2), now_h=CHANGED_H + 2 * WEEK_H) is None
    )


def _constant(mean: float, n: float) -> Hours:
    at = CHANGED_H + np.arange(-WEEK_H, 0)
    total = np.full(WEEK_H, mean * n)
    return Hours(at, np.full(WEEK_H, n), total, total)
