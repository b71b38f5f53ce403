"""Verdicts: their status, direction, and what they say."""

from dataclasses import replace

import numpy as np
import pytest

from shared.domain.verification.hours import Hours
from shared.domain.verification.judging import is_over, judge, latest_look
from shared.domain.verification.matching import Change
from shared.domain.verification.verdict import NOTE, Metric, Promise, Verdict, VerdictStatus
from tests.domain.verification_traffic import Run, Traffic, hours_only, runs

DAY_H, WEEK_H = 24, 168


def one_run(traffic: Traffic, seed: int = 1) -> Run:
    return next(iter(runs(traffic, 1, seed)))


def verdict(
    effect: float,
    *,
    metric: Metric = Metric.RESPONSE_TIME,
    elapsed_h: int = 4 * WEEK_H,
    promise: Promise | None = None,
    **fields: float,
) -> Verdict:
    """Judge a plain change, simulated with many requests."""
    traffic = Traffic(1000, weeks_before=8, weeks_after=4, effect=effect, sigma=0.5)
    run = one_run(replace(traffic, **fields))
    return judge(metric, run.hours, traffic.change, elapsed_h=elapsed_h, promise=promise)


@pytest.mark.parametrize(
    ("effect", "metric", "status"),
    [
        (-0.5, Metric.RESPONSE_TIME, VerdictStatus.VERIFIED),
        (0.5, Metric.RESPONSE_TIME, VerdictStatus.REFUTED),
        (0.0, Metric.RESPONSE_TIME, VerdictStatus.INCONCLUSIVE),
        (1.5, Metric.QUALITY, VerdictStatus.VERIFIED),
        (-1.5, Metric.QUALITY, VerdictStatus.REFUTED),
    ],
)
def test_the_side_of_the_interval_decides(
    effect: float, metric: Metric, status: VerdictStatus
) -> None:
    assert verdict(effect, metric=metric).status is status


def test_a_verdict_says_what_was_seen() -> None:
    found = verdict(-0.5)

    assert found.log_ratio == pytest.approx(-0.5, abs=0.15)
    assert found.effect_percent == pytest.approx(100 * np.expm1(found.log_ratio))
    assert found.low_percent is not None
    assert found.high_percent is not None
    assert found.low_percent < found.effect_percent < found.high_percent < 0
    assert found.looked_after_days == 2
    assert found.next_look_after_days is None
    assert found.matched_hours == 48
    assert found.method == (
        "matched hours of the week, spread between blocks of 6 hours, "
        "adjusted for the length of answers"
    )
    assert found.length_slope == pytest.approx(0.5, abs=0.05)
    assert found.requests_before > 1000
    assert found.note == NOTE


def test_the_first_look_that_decides_is_final() -> None:
    found = verdict(-0.25)
    assert found.status is VerdictStatus.VERIFIED
    assert found.looked_after_days is not None
    again = verdict(-0.25, elapsed_h=found.looked_after_days * DAY_H)
    assert again == found


def test_days_are_the_unit_past_two_days() -> None:
    found = verdict(0.0, elapsed_h=WEEK_H)
    assert "spread between days" in found.method
    assert (found.looked_after_days, found.next_look_after_days) == (7, 14)
    # From 10:00 to 10:00, seven days touch eight.
    assert found.days == 8


@pytest.mark.parametrize(
    ("elapsed_h", "look"), [(0, None), (47, None), (48, 2), (95, 2), (96, 4), (700, 28)]
)
def test_looks_come_after_whole_days(elapsed_h: int, look: int | None) -> None:
    found = verdict(0.0, elapsed_h=elapsed_h)
    assert found.looked_after_days == look == latest_look(elapsed_h)
    assert is_over(elapsed_h) is (elapsed_h >= 672)


def test_before_the_first_look_there_is_no_verdict() -> None:
    found = verdict(-0.5, elapsed_h=47)
    assert found.status is VerdictStatus.INCONCLUSIVE
    assert found.log_ratio is None
    assert (found.matched_hours, found.next_look_after_days) == (47, 2)


@pytest.mark.parametrize(
    ("effect", "promise", "ruled_out"),
    [
        (0.0, Promise(20, 40), True),
        (0.0, Promise(1, 40), False),
        (-0.5, Promise(80, 90), True),
        (-0.5, Promise(10, 90), False),
        (0.5, Promise(1, 90), True),
        (0.0, None, False),
    ],
    ids=["no effect", "too small to tell", "less than said", "as said", "worse", "nothing said"],
)
def test_a_promise_is_ruled_out_where_the_interval_falls_short_of_it(
    effect: float, promise: Promise | None, ruled_out: bool
) -> None:
    assert verdict(effect, promise=promise).rules_out_expected is ruled_out


def test_an_open_verdict_says_what_it_takes() -> None:
    found = verdict(0.0, elapsed_h=4 * DAY_H, promise=Promise(10, 30))
    assert found.needs is not None
    assert found.needs.effect_percent == -10
    assert found.needs.days in {7, 14, 21}
    assert found.needs.requests == pytest.approx(1000 * found.needs.days, rel=0.1)


def test_without_lengths_nothing_is_adjusted() -> None:
    traffic = Traffic(1000, weeks_before=1, weeks_after=1)
    found = judge(
        Metric.RESPONSE_TIME,
        hours_only(one_run(traffic).hours),
        traffic.change,
        elapsed_h=WEEK_H,
    )
    assert found.length_slope is None
    assert "adjusted" not in found.method


def test_without_traffic_nothing_is_concluded() -> None:
    none = Hours(np.empty(0, np.int64), np.empty(0), np.empty(0), np.empty(0))
    found = judge(
        Metric.RESPONSE_TIME,
        none,
        Change(500_000, 500_000),
        elapsed_h=4 * WEEK_H,
        promise=Promise(10, 20),
    )
    assert found.status is VerdictStatus.INCONCLUSIVE
    assert (found.log_ratio, found.needs, found.looked_after_days) == (None, None, 28)


def test_errors_that_end_altogether_are_verified() -> None:
    at = 498_778 + np.arange(-WEEK_H, WEEK_H)
    failed = np.where(at < 498_778, 5.0 + at % 5, 0.0)
    hours = Hours(at, np.full(len(at), 100.0), failed, failed)
    found = judge(Metric.ERROR_RATE, hours, Change(498_778, 498_778), elapsed_h=WEEK_H)
    assert found.status is VerdictStatus.VERIFIED
    assert found.low_percent == pytest.approx(-100, abs=1)
