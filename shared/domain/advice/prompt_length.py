"""Advice on requests that take more tokens than they may: which prompts, or which answers.

Where two prompt versions are in use at once and one takes a tenth fewer tokens with no score worse
by more than the margin, that one is advised, with what it measured. Else, where the limit of tokens
a request is exceeded, the side that most of them are on is named, and nothing is promised: what can
be left out of a prompt its tokens do not tell.
"""

from collections.abc import Mapping
from decimal import Decimal

import numpy as np

from shared.domain.advice.comparison import compared
from shared.domain.advice.ground import FEWEST, Conclusion, Ground
from shared.domain.advice.improvement import faster, improvement_of
from shared.domain.advice.in_use import in_use
from shared.domain.advice.values import (
    ScoreDifference,
    are_no_worse,
    per_success,
    score_differences,
)
from shared.domain.advice.wording import evidence_of_scores, in_percent
from shared.domain.digest.settings import Setting
from shared.domain.digest.tally import Tally
from shared.domain.recommendation.recommendation import (
    Category,
    Effort,
    Evidence,
    Priority,
    Target,
)
from shared.domain.rollup.token_cell import TokenType
from shared.domain.verification.looks import Interval
from shared.domain.verification.scale import Scale
from shared.domain.verification.verdict import Metric

KIND = "tokens_per_request"
SHORTER_PROMPT, SHORTER_ANSWER = "shorter_prompt", "shorter_answer"


def conclude(ground: Ground) -> Conclusion | None:
    """Return what to do about requests that take many tokens."""
    rows = ground.work.setting(Setting.PROMPT_VERSION)
    known = ground.traffic.total("usage_n")
    if known < FEWEST:
        return None
    found = _shorter_version(ground, rows)
    if found is not None:
        return found
    mean = ground.traffic.total("usage_sum") / known
    if mean <= ground.eased(KIND, ground.limits.tokens_per_request):
        return Conclusion(KIND)
    return _too_many(ground, mean)


def _shorter_version(ground: Ground, rows: Tally) -> Conclusion | None:
    now = in_use(rows)
    if now is None or now.value < 0:
        return None
    own = rows.where(rows.keys["value"] == now.value)
    best: tuple[Interval, int, Mapping[str, ScoreDifference]] | None = None
    for code in np.unique(rows.keys["value"]).tolist():
        if code < 0 or code == now.value:
            continue
        other = rows.where(rows.keys["value"] == code)
        spared = compared(
            per_success(own, "input", "output"),
            per_success(other, "input", "output"),
            Scale.LOG_OF_MEAN,
        )
        if spared is None or not faster(spared, ground.eased(KIND, 1.0)):
            continue
        scores = _scores(ground, now.value, code)
        if are_no_worse(scores) and (best is None or spared.high < best[0].high):
            best = spared, code, scores
    return None if best is None else _other_version(ground, now.value, *best)


def _scores(ground: Ground, now: int, other: int) -> Mapping[str, ScoreDifference]:
    rows = ground.work.sections["quality"]
    ours, theirs = (rows.where(rows.keys["version"] == each) for each in (now, other))
    return score_differences(ours, theirs, ground.work.texts)


def _other_version(
    ground: Ground,
    now: int,
    spared: Interval,
    to: int,
    scores: Mapping[str, ScoreDifference],
) -> Conclusion:
    gained = improvement_of(spared)
    version, used = ground.work.text(to), ground.work.text(now)
    return ground.advice(
        KIND,
        f"prompt_version={version}",
        category=Category.COST_OPTIMIZATION,
        priority=Priority.MEDIUM,
        description=(
            f"Use prompt version {version} instead of {used}: where both were in use at once, it "
            f"took {in_percent(gained)} fewer tokens a request and no score "
            "was worse by more than 3 %."
        ),
        expected_improvement=gained,
        implementation_effort=Effort.LOW,
        evidence={"prompt_version": used, **evidence_of_scores(scores)},
        target=Target(Metric.TOKENS_PER_REQUEST),
        guard=Target(Metric.QUALITY, score=min(scores)),
    )


def _too_many(ground: Ground, mean: float) -> Conclusion:
    tokens = ground.traffic.tokens()
    sent, made = tokens[TokenType.INPUT], tokens[TokenType.OUTPUT]
    mostly_prompt = sent >= made
    side, share = ("prompts", sent) if mostly_prompt else ("answers", made)
    what = "input" if mostly_prompt else "output"
    return ground.advice(
        KIND,
        f"{KIND}={SHORTER_PROMPT if mostly_prompt else SHORTER_ANSWER}",
        category=Category.COST_OPTIMIZATION,
        priority=Priority.MEDIUM,
        description=(
            f"Shorten {side}: a request takes {mean:,.0f} tokens on average, the limit is "
            f"{ground.limits.tokens_per_request:,.0f}; {share / max(sent + made, 1):.0%} of them "
            f"are {what}. How much can be left out is not known from their number."
        ),
        implementation_effort=Effort.MEDIUM,
        evidence=_evidence(ground, mean, TokenType.INPUT if mostly_prompt else TokenType.OUTPUT),
        target=Target(Metric.TOKENS_PER_REQUEST),
    )


def _evidence(ground: Ground, mean: float, side: TokenType) -> Evidence:
    tokens, known = ground.traffic.tokens(), ground.traffic.total("usage_n")
    sent, made = tokens[TokenType.INPUT], tokens[TokenType.OUTPUT]
    per_cent: Decimal | None = None
    if ground.work.days:
        per_cent = ground.monthly_usd(
            {side: round(tokens[side] / 100)},
            max(len(ground.traffic.rows), 1),
            input_tokens=sent / known,
        )
    return {
        "tokens_per_request": mean,
        "limit": ground.limits.tokens_per_request,
        "requests": known,
        "input_tokens_per_request": sent / known,
        "cached_share_of_input": tokens[TokenType.CACHED_INPUT] / sent if sent else None,
        "output_tokens_per_request": made / known,
        "reasoning_share_of_output": tokens[TokenType.REASONING] / made if made else None,
        "usd_per_month_and_percent_less": None if per_cent is None else str(per_cent),
    }
