"""Advice on `reasoning_effort`, for models that take it: lower where answers are no worse for it.

The highest effort that a fifth of the requests have is compared with lower ones that are in use, in
the same hours; the lowest is advised that is faster by a tenth at least with no score worse by more
than the margin. Where one effort is as good as alone, half of the output is reasoning and
responses are slower than the limit, the next lower one is worth a try on part of the traffic; of
that nothing is promised but a bound: it cannot take out more than the reasoning.
"""

from collections.abc import Mapping

import numpy as np

from shared.domain.advice.comparison import compared
from shared.domain.advice.ground import FEWEST, Conclusion, Ground
from shared.domain.advice.improvement import faster, improvement_of
from shared.domain.advice.in_use import DOMINANT
from shared.domain.advice.model_settings import ModelSettings, lower_efforts
from shared.domain.advice.values import (
    ScoreDifference,
    are_no_worse,
    log_durations,
    per_success,
    score_differences,
)
from shared.domain.advice.wording import evidence_of_scores, in_percent
from shared.domain.digest.settings import UNSET, Setting
from shared.domain.digest.tally import Tally
from shared.domain.recommendation.recommendation import Category, Effort, Priority, Target
from shared.domain.verification.looks import Interval
from shared.domain.verification.scale import Scale
from shared.domain.verification.verdict import Metric

KIND = "reasoning_effort"
_HALF, _OFTEN = 0.5, 0.2


def conclude(ground: Ground) -> Conclusion | None:
    """Return which effort to ask for."""
    takes = ground.takes
    if takes is None or not takes.efforts:
        return Conclusion(KIND)
    rows = ground.work.setting(Setting.REASONING_EFFORT)
    if rows.total("ok") < FEWEST:
        return None
    used = _used(ground, rows, takes)
    highest = _highest(used, takes)
    if highest is None:
        return Conclusion(KIND)
    effort, own = highest, used[highest][1]
    for to in [each for each in takes.efforts[: takes.efforts.index(effort)] if each in used]:
        code, other = used[to]
        gain = compared(log_durations(own), log_durations(other), Scale.LOG)
        scores = score_differences(
            ground.work.scored(Setting.REASONING_EFFORT, used[effort][0]),
            ground.work.scored(Setting.REASONING_EFFORT, code),
            ground.work.texts,
        )
        if gain is not None and faster(gain, ground.eased(KIND, 1.0)) and are_no_worse(scores):
            return _lower(ground, effort, to, own, other, gain, scores)
    lower = lower_efforts(takes, effort)
    alone = own.total("ok") >= DOMINANT * rows.total("ok")
    if lower and alone and _is_worth_a_try(ground, own):
        return _try(ground, effort, lower[0], own)
    return Conclusion(KIND)


def _used(ground: Ground, rows: Tally, takes: ModelSettings) -> dict[str, tuple[int, Tally]]:
    """Return the efforts of the model that requests have: effort -> its code and rows.

    Requests that state none have the model's default, where that is known; of an effort that is
    both stated and not, the more frequent way counts.
    """
    found: dict[str, tuple[int, Tally]] = {}
    for code in np.unique(rows.keys["value"]).tolist():
        effort = ground.work.text(code) or takes.default_effort
        own = rows.where(rows.keys["value"] == code)
        if code < UNSET or effort not in takes.efforts:
            continue
        if effort not in found or own.total("ok") > found[effort][1].total("ok"):
            found[effort] = code, own
    return found


def _highest(used: Mapping[str, tuple[int, Tally]], takes: ModelSettings) -> str | None:
    """Return the highest effort that a fifth of the requests have."""
    every = sum(rows.total("ok") for _, rows in used.values())
    often = [each for each, (_, rows) in used.items() if rows.total("ok") >= _OFTEN * every]
    return max(often, key=takes.efforts.index, default=None)


def _lower(
    ground: Ground,
    effort: str,
    to: str,
    own: Tally,
    other: Tally,
    gain: Interval,
    scores: Mapping[str, ScoreDifference],
) -> Conclusion:
    gained = improvement_of(gain)
    tokens = compared(per_success(own, "output"), per_success(other, "output"), Scale.LOG_OF_MEAN)
    spared = improvement_of(tokens) if tokens is not None else None
    return ground.advice(
        KIND,
        f"{KIND}={to}",
        category=Category.MODEL_OPTIMIZATION,
        priority=Priority.HIGH if ground.is_slow else Priority.MEDIUM,
        description=(
            f"Ask for {KIND} {to} instead of {effort}: where both were in use at once, {to} took "
            f"{in_percent(gained)} less time and no score was worse by more "
            "than 3 %. Who chose one or the other may have had reasons: this compares, it does "
            "not prove."
        ),
        expected_improvement=gained,
        implementation_effort=Effort.LOW,
        evidence={
            KIND: effort,
            "requests": own.total("ok"),
            "requests_compared_with": other.total("ok"),
            "reasoning_share": _reasoning_share(own),
            "reasoning_share_compared_with": _reasoning_share(other),
            "fewer_output_tokens_percent": (
                {"low": spared.low, "high": spared.high} if spared else None
            ),
            **evidence_of_scores(scores),
        },
        target=Target(Metric.RESPONSE_TIME, adjust_for_lengths=False),
        guard=Target(Metric.QUALITY, score=min(scores)),
    )


def _is_worth_a_try(ground: Ground, own: Tally) -> bool:
    share = _reasoning_share(own)
    return ground.is_slow and share is not None and share >= ground.eased(KIND, _HALF)


def _try(ground: Ground, effort: str, to: str, own: Tally) -> Conclusion:
    share = _reasoning_share(own) or 0.0
    return ground.advice(
        KIND,
        f"{KIND}={to}",
        category=Category.MODEL_OPTIMIZATION,
        priority=Priority.MEDIUM,
        description=(
            f"Try {KIND} {to} instead of {effort} on part of the traffic, and score the answers of "
            f"both: {share:.0%} of the output is reasoning. How much time it saves and what "
            "becomes of the answers is not known before."
        ),
        implementation_effort=Effort.LOW,
        evidence={
            KIND: effort,
            "requests": own.total("ok"),
            "reasoning_share": share,
            "mean_response_ms": ground.traffic.mean_ms,
            "limit_ms": ground.limits.mean_response_ms,
            "fewer_output_tokens_percent_at_most": 100 * share,
        },
        target=Target(Metric.RESPONSE_TIME, adjust_for_lengths=False),
    )


def _reasoning_share(rows: Tally) -> float | None:
    made = rows.total("output")
    return rows.total("reasoning") / made if made else None
