"""Advice on timeouts, from how long answers take and how long was waited in vain.

The timeout in use is the time that half of the timed-out requests took. Two mistakes show:

* too short: one request in 100 times out, and so many answers come just before it (its last fifth)
  that more would have come after. Twice the time is advised; nothing is promised, as how long those
  would have taken nobody saw.
* too long: it is three times what 999 of 1,000 answers need. Half as much again as they need is
  advised, a round number of seconds; it would cut two answers in 1,000 at most, as far as the
  interval knows, and spare the difference on every request that gets no answer.
"""

import numpy as np

from shared.domain.advice.ground import Conclusion, Ground
from shared.domain.advice.outcome_times import OutcomeTimes, times_of
from shared.domain.advice.wording import evidence_of_share
from shared.domain.digest.durations import FAILED, STREAMED, UNKNOWN, WHOLE
from shared.domain.packing import Floats
from shared.domain.recommendation.recommendation import (
    PERCENT,
    Category,
    Effort,
    Improvement,
    Priority,
    Target,
)
from shared.domain.record.error_class import ErrorClass
from shared.domain.share import share_of
from shared.domain.verification.verdict import Metric

KIND = "timeout"
_FEWEST, _HALF = 20, 0.5
_OFTEN, _LAST_FIFTH, _AS_MANY = 0.01, 0.8, 0.5
_FEWEST_ANSWERS, _NEARLY_ALL, _TIMES, _SPARE, _CUT = 4_000, 0.999, 3.0, 1.5, 0.002
_ROUND_S = (*range(1, 7), 8, 10, 12, 15, 20, 25, 30, 40, 50, 60, 75, 90, 120, 150, 180, 240, 300)


def conclude(ground: Ground) -> Conclusion | None:
    """Return how long to wait for an answer."""
    spread = ground.work.sections["durations"]
    ok, timed_out = (
        times_of(spread, UNKNOWN, WHOLE, STREAMED),
        times_of(spread, FAILED[ErrorClass.TIMEOUT]),
    )
    if ok.requests + timed_out.requests < _FEWEST:
        return None
    if timed_out.requests < _FEWEST:
        return Conclusion(KIND)
    timeout_s, alike = timed_out.common_s()
    if alike < _HALF:
        return Conclusion(KIND)
    return _longer(ground, ok, timed_out, timeout_s) or _shorter(ground, ok, timed_out, timeout_s)


def _longer(
    ground: Ground, ok: OutcomeTimes, timed_out: OutcomeTimes, timeout_s: float
) -> Conclusion | None:
    every = np.concatenate([ok.rows.keys["day"], timed_out.rows.keys["day"]])
    counts = np.concatenate([ok.rows.sums["requests"], timed_out.rows.sums["requests"]])
    days, place = np.unique(every, return_inverse=True)
    requests = np.bincount(place, counts, len(days)).astype(np.int64)
    lost = np.bincount(place[len(ok.rows) :], counts[len(ok.rows) :], len(days)).astype(np.int64)
    share = share_of(lost, requests)
    if not ok.requests or share.low < ground.eased(KIND, _OFTEN):
        return None
    late = ok.longer_than(_LAST_FIFTH * timeout_s).events
    if late < _AS_MANY * timed_out.requests:
        return None
    to = _round_s(2 * timeout_s)
    return ground.advice(
        KIND,
        f"timeout_s={to:g}",
        category=Category.RELIABILITY,
        priority=Priority.HIGH,
        description=(
            f"Wait {to:g} s instead of {timeout_s:.1f} s: {share.value:.1%} of requests time out, "
            f"and {late} answers came in the last fifth of that time. How many more would have "
            "come nobody waited for."
        ),
        implementation_effort=Effort.LOW,
        evidence={
            "timeout_s": timeout_s,
            "timed_out": evidence_of_share(share),
            "answers_in_the_last_fifth": late,
            "p99_s": ok.quantile_s(0.99),
        },
        target=Target(Metric.ERROR_RATE),
    )


def _shorter(
    ground: Ground, ok: OutcomeTimes, timed_out: OutcomeTimes, timeout_s: float
) -> Conclusion | None:
    if ok.requests < _FEWEST_ANSWERS:
        return None
    needed = ok.quantile_s(_NEARLY_ALL) or 0.0
    to = _round_s(_SPARE * needed)
    cut = ok.longer_than(to)
    fits = timeout_s < max(_TIMES * ground.eased(KIND, 1.0) * needed, _SPARE * to)
    if fits or cut.high > _CUT:
        return Conclusion(KIND)
    spared = 100 * (1 - to / timeout_s) * _share_of_failed_time(ground, timed_out)
    return ground.advice(
        KIND,
        f"timeout_s={to:g}",
        category=Category.RELIABILITY,
        priority=Priority.LOW,
        description=(
            f"Give up after {to:g} s instead of {timeout_s:.0f} s: 999 of 1,000 answers come "
            f"within {needed:.1f} s, {cut.high:.2%} at most would be given up too early, and "
            f"{timed_out.requests} requests waited in vain."
        ),
        expected_improvement=Improvement(float(spared.min()), float(spared.max()), PERCENT),
        implementation_effort=Effort.LOW,
        evidence={
            "timeout_s": timeout_s,
            "timed_out": timed_out.requests,
            "answers": ok.requests,
            "p99_9_s": needed,
            "longer_than_then": evidence_of_share(cut),
        },
        target=Target(Metric.FAILED_RESPONSE_TIME),
    )


def _share_of_failed_time(ground: Ground, timed_out: OutcomeTimes) -> Floats:
    """Return which share of the time of failures was waited in vain, on each day that had any."""
    failed = times_of(ground.work.sections["durations"], *FAILED.values()).daily()
    own = timed_out.daily()
    of_day = failed.sums["duration_us"][np.searchsorted(failed.keys["day"], own.keys["day"])]
    return own.sums["duration_us"] / np.maximum(of_day, 1)


def _round_s(seconds: float) -> float:
    """Return the least round number of seconds that is enough; whole minutes past five."""
    found = next((each for each in _ROUND_S if each >= seconds), None)
    return float(found) if found is not None else float(np.ceil(seconds / 60) * 60)
