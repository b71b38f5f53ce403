"""Advice to stream: answers waited for whole, though their first words are there long before.

Of requests that say they were not streamed: advised where a fifth of them take longer than the
limit of the mean response, and the first token of the model's streamed answers came, at the median,
in half the time that whole answers take. What it saves is the wait for the first words, measured on
the streamed answers of the same model, day by day; the time to the last word stays.
"""

from shared.domain.advice.ground import FEWEST, Conclusion, Ground
from shared.domain.advice.outcome_times import OutcomeTimes, times_of
from shared.domain.advice.wording import evidence_of_share
from shared.domain.digest.durations import STREAMED, UNKNOWN, WHOLE
from shared.domain.packing import Floats
from shared.domain.recommendation.recommendation import (
    PERCENT,
    Category,
    Effort,
    Improvement,
    Priority,
    Target,
)
from shared.domain.verification.verdict import Metric

KIND = "streaming"
_FIFTH, _HALF, _FEWEST_FIRST = 0.2, 0.5, 100
_MS_PER_S = 1000.0


def conclude(ground: Ground) -> Conclusion | None:
    """Return whether to stream answers."""
    spread = ground.work.sections["durations"]
    whole = times_of(spread, WHOLE)
    others = times_of(spread, STREAMED, UNKNOWN).requests
    if whole.requests < FEWEST:
        return Conclusion(KIND) if others >= FEWEST else None
    first = OutcomeTimes(ground.first_tokens)
    if first.requests < _FEWEST_FIRST:
        return None
    long_ones = whole.longer_than(ground.limits.mean_response_ms / _MS_PER_S)
    wait, sooner = whole.quantile_s(0.5), first.quantile_s(0.5)
    made = ground.work.hours.total("output")
    if wait is None or sooner is None or not made:
        return None
    is_sooner = sooner <= _HALF * wait
    if long_ones.low < ground.eased(KIND, _FIFTH) or not is_sooner:
        return Conclusion(KIND)
    gained = _sooner(whole, first)
    return ground.advice(
        KIND,
        "stream=true",
        category=Category.MODEL_OPTIMIZATION,
        priority=Priority.MEDIUM if ground.is_slow else Priority.LOW,
        description=(
            f"Stream answers that people read: {long_ones.value:.0%} of those that are not "
            f"streamed take longer than {ground.limits.mean_response_ms / _MS_PER_S:g} s, and "
            f"half of the model's first tokens come within {sooner:.1f} s. It shortens the wait "
            "for the first words, not the time to the last one."
        ),
        expected_improvement=gained,
        implementation_effort=Effort.MEDIUM,
        evidence={
            "not_streamed": whole.requests,
            "longer_than_limit": evidence_of_share(long_ones),
            "p50_s_not_streamed": wait,
            "p95_s_not_streamed": whole.quantile_s(0.95),
            "first_tokens": first.requests,
            "p50_s_first_token": sooner,
            "p95_s_first_token": first.quantile_s(0.95),
            "mean_output_tokens": made / max(ground.work.hours.total("ok"), 1),
        },
        target=Target(Metric.TIME_TO_FIRST_TEXT),
    )


def _sooner(whole: OutcomeTimes, first: OutcomeTimes) -> Improvement:
    """Return how much sooner first tokens came, between the least and the most of all days."""

    def means(times: OutcomeTimes) -> Floats:
        by_day = times.daily()
        return by_day.sums["duration_us"] / by_day.sums["requests"]

    waits, firsts = means(whole), means(first)
    low = 100 * (1 - float(firsts.max()) / float(waits.min()))
    high = 100 * (1 - float(firsts.min()) / float(waits.max()))
    return Improvement(max(low, 0.0), high, PERCENT)
