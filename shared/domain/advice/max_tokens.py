"""Advice on `max_tokens`: as low as answers are long, or higher where it cuts them.

Lowered where one limit is in use, nearly no answer needs it, and a round number that would cut at
most one answer in 1,000 (one in 100 as far as the interval knows) is a quarter below it and frees a
fifth of what a request takes of the quota: Azure admits it by its prompt and `max_tokens`. It saves
money only by truncating.

Raised where one answer in 50 is cut: to what longer limits in use show to be enough, else to twice
as much, of which nothing is promised: how long cut answers would be nobody knows.
"""

import numpy as np

from shared.domain.advice.answer_lengths import Truncation, answer_lengths
from shared.domain.advice.ground import FEWEST, Conclusion, Ground
from shared.domain.advice.in_use import in_use
from shared.domain.advice.token_limit import TOLERATED, Cap, cap_of, ladder
from shared.domain.advice.wording import in_percent
from shared.domain.digest.outputs import FINISHES
from shared.domain.digest.settings import Setting
from shared.domain.digest.tally import tally_of
from shared.domain.recommendation.recommendation import (
    PERCENT,
    Category,
    Effort,
    Evidence,
    Improvement,
    Priority,
    Target,
)
from shared.domain.rollup.token_cell import TokenType
from shared.domain.verification.verdict import Metric

KIND = "max_tokens"
TRUNCATES = 0.02
# Least part of a request's share of the quota that has to be freed.
WORTHWHILE = 0.2
_OFTEN = 0.05
_FAR_TOO_HIGH = 4


def conclude(ground: Ground, limit: int | None = None) -> Conclusion | None:
    """Return what to set `max_tokens` to.

    Args:
        ground: what is known.
        limit: in use, where somebody says so; None takes what nearly all requests state.
    """
    outputs = ground.work.sections["outputs"]
    lengths = answer_lengths(outputs)
    if lengths.requests < FEWEST:
        return None
    limit = _limit(ground) if limit is None else limit
    if limit is None:
        return Conclusion(KIND)
    cap = cap_of(outputs, lengths, limit)
    if cap is None:
        return None
    if cap.was_tried and cap.current.low >= ground.eased(KIND, TRUNCATES):
        return _raised(ground, cap)
    chosen = cap.lowest_fitting(_standing(ground))
    if cap.current.share > TOLERATED or chosen is None:
        return Conclusion(KIND)
    freed = _freed(ground, cap.limit, chosen.max_tokens)
    if freed.high < 100 * ground.eased(KIND, WORTHWHILE):
        return Conclusion(KIND)
    return _lowered(ground, cap, chosen, freed)


def _limit(ground: Ground) -> int | None:
    found = in_use(ground.work.setting(Setting.MAX_TOKENS))
    return found.value if found is not None and found.dominates and found.value > 0 else None


def _standing(ground: Ground) -> int | None:
    stands = ground.standing.get(KIND)
    text = stands.setting.removeprefix(f"{KIND}=") if stands else ""
    return int(text) if text.isdecimal() else None


def _lowered(ground: Ground, cap: Cap, chosen: Truncation, freed: Improvement) -> Conclusion:
    limit = chosen.max_tokens
    priority = Priority.MEDIUM if cap.limit >= _FAR_TOO_HIGH * limit else Priority.LOW
    spared = round(chosen.spared_tokens * ground.work.hours.total("ok"))
    cost = ground.monthly_usd({TokenType.OUTPUT: spared}, max(ground.work.days, 1))
    return ground.advice(
        KIND,
        f"{KIND}={limit}",
        category=Category.MODEL_OPTIMIZATION,
        priority=Priority.HIGH if ground.is_short_of_quota else priority,
        description=(
            f"Lower max_tokens from {cap.limit} to {limit}. It would cut "
            f"{chosen.share:.2%} of answers ({chosen.high:.2%} at most), and each request would "
            f"take {in_percent(freed)} less of the quota, as Azure admits it by "
            "its prompt and max_tokens. It saves money only by truncating."
        ),
        expected_improvement=freed,
        implementation_effort=Effort.LOW,
        estimated_cost_impact_usd_per_month=None if cost is None else -cost,
        evidence=_evidence(ground, cap, chosen),
        target=Target(Metric.ADMITTED_TOKENS),
        guard=Target(Metric.TRUNCATED_SHARE),
    )


def _raised(ground: Ground, cap: Cap) -> Conclusion:
    chosen, improvement, now = cap.enough(), None, cap.current
    limit = chosen.max_tokens if chosen else ladder(2 * cap.limit, 4 * cap.limit + 32)[0]
    outlook = "How long they would be is not known, as none was allowed to be."
    if chosen is not None:
        low = 100 * max(1 - chosen.high / now.low, 0.0)
        improvement = Improvement(low, 100 * (1 - chosen.low / now.high), PERCENT)
        outlook = f"{chosen.share:.2%} ({chosen.high:.2%} at most) are longer than {limit}."
    return ground.advice(
        KIND,
        f"{KIND}={limit}",
        category=Category.QUALITY,
        priority=Priority.HIGH if now.low >= _OFTEN else Priority.MEDIUM,
        description=(
            f"Raise max_tokens from {cap.limit} to {limit}: {now.share:.1%} of answers are cut at "
            f"their limit. {outlook} Longer answers cost their tokens, and more quota."
        ),
        expected_improvement=improvement,
        implementation_effort=Effort.LOW,
        evidence=_evidence(ground, cap, chosen),
        target=Target(Metric.TRUNCATED_SHARE),
    )


def _freed(ground: Ground, limit: int, lower: int) -> Improvement:
    """Return by how many percent less a request takes of the quota, on the days it was seen."""
    hours = ground.work.hours
    by_day = tally_of({"day": hours.keys["day"]}, hours.sums)
    sent = by_day.sums["input"] / np.maximum(by_day.sums["ok"], 1)
    shares = 100 * (limit - lower) / (limit + (sent if len(sent) else np.zeros(1)))
    return Improvement(float(shares.min()), float(shares.max()), PERCENT)


def _evidence(ground: Ground, cap: Cap, chosen: Truncation | None) -> Evidence:
    outputs = ground.work.sections["outputs"]
    cut = outputs.where(outputs.keys["finish"] == FINISHES.index("length"))
    made, lost = outputs.total("output"), cut.total("output")
    shown = cap.shown(chosen)
    return {
        "max_tokens": cap.limit,
        "answers": cap.lengths.requests,
        "days": ground.work.days,
        "truncated_share": cap.current.share,
        "truncated_share_at_least": cap.current.low,
        "predicted_truncated_share": {str(each.max_tokens): each.share for each in shown},
        "predicted_truncated_share_at_most": {str(each.max_tokens): each.high for each in shown},
        "predicted_up_to": min(cap.limit, cap.known_until),
        "mean_output_tokens": made / cap.lengths.requests,
        "reasoning_share": outputs.total("reasoning") / made if made else None,
        "reasoning_share_of_cut": cut.total("reasoning") / lost if lost else None,
    }
