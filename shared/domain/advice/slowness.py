"""Advice for a deployment that is slower than it may be, however long it has been so.

A model that is slow from its first day never degrades. Where the mean response of successes, or the
99th percentile, exceeds its limit, the largest measured part of the time is named: the wait for the
first token, where that is known, or writing the answer, with what is known to lengthen it. How much
time a change saves is only said where it was measured (other kinds of advice); here it is not.
"""

from dataclasses import dataclass

from shared.domain.advice.ground import Conclusion, Ground
from shared.domain.recommendation.recommendation import (
    Category,
    Effort,
    Evidence,
    Priority,
    Target,
)
from shared.domain.rollup.token_cell import TokenType
from shared.domain.verification.verdict import Metric

MEAN, TAIL = "slow_responses", "slow_tail"
KINDS = (MEAN, TAIL)
_FEWEST, _FEWEST_FOR_TAIL = 100, 1_000
_MOSTLY, _HALF, _TWICE = 0.6, 0.5, 2.0
_LONG_PROMPT = 4_000
_P50, _P99 = 0.5, 0.99


@dataclass(frozen=True, slots=True)
class _Parts:
    """What a response is made of, on average.

    Attributes:
        mean_ms: of successes.
        first_token_ms: until the first token; None where it is not known.
        output_tokens: a request.
        reasoning_share: of them; None without output.
        uncached_tokens: of input, a request.
    """

    mean_ms: float
    first_token_ms: float | None
    output_tokens: float
    reasoning_share: float | None
    uncached_tokens: float


def conclude(ground: Ground) -> list[Conclusion]:
    """Return what to do about slow responses and about the slowest of them; of the deployment."""
    ok, mean = ground.whole.total("n_ok"), ground.whole.mean_ms
    if mean is None or ok < _FEWEST:
        return []
    found = [_mean(ground, mean)]
    p99 = ground.whole.quantile_ms(_P99)
    if ok >= _FEWEST_FOR_TAIL and p99 is not None:
        found.append(_tail(ground, p99))
    return found


def _mean(ground: Ground, mean: float) -> Conclusion:
    limit = ground.limits.mean_response_ms
    if mean <= ground.eased(MEAN, limit):
        return Conclusion(MEAN)
    parts = _parts(ground, mean)
    setting, text = _largest(parts)
    return ground.advice(
        MEAN,
        f"{MEAN}={setting}",
        category=Category.MODEL_OPTIMIZATION,
        priority=Priority.HIGH,
        description=(
            f"Responses take {mean:,.0f} ms on average, the limit is {limit:,.0f} ms. {text}"
        ),
        implementation_effort=Effort.MEDIUM,
        evidence={"limit_ms": limit, **_evidence(ground, parts)},
        target=Target(Metric.RESPONSE_TIME, adjust_for_lengths=False),
    )


def _tail(ground: Ground, p99: float) -> Conclusion:
    limit, middle = ground.limits.p99_response_ms, ground.whole.quantile_ms(_P50)
    if p99 <= ground.eased(TAIL, limit) or middle is None:
        return Conclusion(TAIL)
    parts = _parts(ground, ground.whole.mean_ms or 0.0)
    return ground.advice(
        TAIL,
        f"{TAIL}=capacity_or_length",
        category=Category.INFRASTRUCTURE,
        priority=Priority.HIGH if p99 > _TWICE * limit else Priority.MEDIUM,
        description=(
            f"One response in 100 takes {p99:,.0f} ms or longer, the limit is {limit:,.0f} ms, "
            f"and half of them take {middle:,.0f} ms. See whether the slowest ones are the longest "
            "answers (then cap or stream them) or come when the deployment is busy (then add "
            "capacity or spread the load)."
        ),
        implementation_effort=Effort.MEDIUM,
        evidence={"p99_ms": p99, "p50_ms": middle, "limit_ms": limit, **_evidence(ground, parts)},
        target=Target(Metric.RESPONSE_TIME, adjust_for_lengths=False),
    )


def _parts(ground: Ground, mean: float) -> _Parts:
    whole, tokens = ground.whole, ground.whole.tokens()
    known, made = max(whole.total("usage_n"), 1), tokens[TokenType.OUTPUT]
    return _Parts(
        mean,
        whole.mean_first_token_ms,
        made / known,
        tokens[TokenType.REASONING] / made if made else None,
        (tokens[TokenType.INPUT] - tokens[TokenType.CACHED_INPUT]) / known,
    )


def _largest(parts: _Parts) -> tuple[str, str]:
    """Return what makes most of the time, in a word and in a sentence."""
    thinks = parts.reasoning_share is not None and parts.reasoning_share >= _HALF
    if thinks:
        return "reasoning", (
            f"{parts.reasoning_share:.0%} of the output is reasoning, which is written before the "
            "first word: a lower reasoning_effort is what shortens it most."
        )
    first = parts.first_token_ms
    if first is None:
        return "measure_first_token", (
            f"Nobody reports when the first of {parts.output_tokens:,.0f} output tokens comes, so "
            "what takes the time is not known: report time_to_first_token_ms, and see whether "
            "shorter answers, streaming or a faster model are what helps."
        )
    if first >= _MOSTLY * parts.mean_ms:
        if parts.uncached_tokens >= _LONG_PROMPT:
            return "prompt", (
                f"{first:,.0f} ms pass before the first token, with {parts.uncached_tokens:,.0f} "
                "uncached input tokens to read: shorten prompts, or let the prompt cache have them."
            )
        return "capacity", (
            f"{first:,.0f} ms pass before the first token, with prompts of "
            f"{parts.uncached_tokens:,.0f} uncached tokens: the service is busy or far away. Try "
            "another deployment or region, or provisioned throughput."
        )
    return "answer_length", (
        f"Most of it is writing {parts.output_tokens:,.0f} output tokens a request: ask for "
        "shorter answers, stream them, or use a faster model."
    )


def _evidence(ground: Ground, parts: _Parts) -> Evidence:
    return {
        "mean_ms": parts.mean_ms,
        "mean_first_token_ms": parts.first_token_ms,
        "output_tokens_per_request": parts.output_tokens,
        "reasoning_share_of_output": parts.reasoning_share,
        "uncached_input_tokens_per_request": parts.uncached_tokens,
        "requests": ground.whole.total("n_ok"),
        "days": len(ground.whole.rows),
    }
