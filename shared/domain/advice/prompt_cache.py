"""Advice on the service's prompt cache: what begins alike should be served from it.

The service keeps what prompts begin with, from 1,024 tokens on, for minutes. Digests tell how much
input stood behind a beginning (`prefix_hash`) that the same deployment had answered 5 minutes
before at most. Of such a prompt at least 1,024 tokens could have been cached, at most all of it.
Where the least of that exceeds what was reported as cached by ten points, requests miss the cache:
advised is to keep them together (`prompt_cache_key`, one deployment, some 15 requests a minute and
key). Where prompts are long, nothing is cached and hardly two begin alike, it can only be asked
whether a constant part stands behind a changing one; nothing is promised of that.
Source: learn.microsoft.com/azure/foundry/openai/how-to/prompt-caching, read 2026-11-28.
"""

from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from shared.domain.advice.ground import FEWEST, Conclusion, Ground
from shared.domain.advice.tariff import PLACES
from shared.domain.digest.tally import Tally, tally_of
from shared.domain.packing import Floats
from shared.domain.recommendation.recommendation import (
    PERCENT,
    Category,
    Effort,
    Improvement,
    Priority,
    Target,
)
from shared.domain.rollup.token_cell import TokenType
from shared.domain.verification.verdict import Metric

KIND = "prompt_cache"
TOGETHER, CONSTANT_FIRST = "prompt_cache_key", "constant_part_first"
LEAST_TOKENS = 1_024
_GAP, _NOTHING, _UNLIKE = 0.10, 0.05, 0.10


@dataclass(frozen=True, slots=True)
class Reuse:
    """Shares of input, of each day, 0..1.

    Attributes:
        cached: reported as cached.
        low: what could have been cached at least.
        high: at most.
    """

    cached: Floats
    low: Floats
    high: Floats


def conclude(ground: Ground) -> Conclusion | None:
    """Return how to have more of the input served from the service's cache."""
    if ground.takes is not None and not ground.takes.caches_prompts:
        return Conclusion(KIND)
    rows = ground.work.sections["prefix"]
    requests, sent = rows.total("requests"), rows.total("input")
    if requests < FEWEST or not sent:
        return None
    reuse, cached = reuse_of(rows), rows.total("cached_input") / sent
    gap = float(np.median(reuse.low - reuse.cached))
    if gap >= ground.eased(KIND, _GAP):
        return _together(ground, rows, reuse, cached)
    is_long = sent / requests >= 2 * LEAST_TOKENS
    differ = rows.total("seen_1h") <= _UNLIKE * requests
    if is_long and differ and cached <= _NOTHING:
        return _constant_first(ground, rows, cached)
    return Conclusion(KIND)


def reuse_of(rows: Tally) -> Reuse:
    """Return what could have been cached.

    Args:
        rows: of the section `prefix`, with the key `day`.
    """
    by_day = tally_of({"day": rows.keys["day"]}, rows.sums)
    by_day = by_day.where(by_day.sums["input"] > 0)
    sent = by_day.sums["input"].astype(np.float64)
    cached, high = by_day.sums["cached_input"] / sent, by_day.sums["input_5m"] / sent
    low = np.minimum(LEAST_TOKENS * by_day.sums["seen_5m"] / sent, high)
    return Reuse(cached, low, high)


def _together(ground: Ground, rows: Tally, reuse: Reuse, cached: float) -> Conclusion:
    uncached = np.maximum(1 - reuse.cached, 1e-9)
    low = 100 * float(((reuse.low - reuse.cached) / uncached).min())
    high = 100 * float(((np.maximum(reuse.high, reuse.low) - reuse.cached) / uncached).max())
    saved = _monthly_usd(ground, rows, max(low, 0.0) / 100 * (1 - cached))
    return ground.advice(
        KIND,
        f"{KIND}={TOGETHER}",
        category=Category.COST_OPTIMIZATION,
        priority=Priority.HIGH if low >= 25 else Priority.MEDIUM,
        description=(
            f"Let requests that begin alike meet the service's prompt cache: {cached:.0%} of the "
            f"input was cached, {np.median(reuse.low):.0%} to {np.median(reuse.high):.0%} stood "
            "behind a beginning answered 5 minutes before. Send prompt_cache_key, keep such "
            "requests on one deployment, and at some 15 a minute and key."
        ),
        expected_improvement=Improvement(max(low, 0.0), high, PERCENT),
        implementation_effort=Effort.LOW,
        estimated_cost_impact_usd_per_month=None if saved is None else -saved,
        evidence=_shares(rows, cached)
        | {
            "could_be_cached_at_least": float(np.median(reuse.low)),
            "could_be_cached_at_most": float(np.median(reuse.high)),
            "days": len(reuse.cached),
        },
        target=Target(Metric.UNCACHED_INPUT_TOKENS),
    )


def _constant_first(ground: Ground, rows: Tally, cached: float) -> Conclusion:
    mean = rows.total("input") / rows.total("requests")
    return ground.advice(
        KIND,
        f"{KIND}={CONSTANT_FIRST}",
        category=Category.COST_OPTIMIZATION,
        priority=Priority.LOW,
        description=(
            f"If prompts have a constant part, put it first: of prompts of {mean:,.0f} tokens "
            f"hardly two begin alike, so {cached:.0%} of the input is cached. Whether they have "
            "one cannot be told from their beginnings."
        ),
        implementation_effort=Effort.MEDIUM,
        evidence=_shares(rows, cached),
        target=Target(Metric.UNCACHED_INPUT_TOKENS),
    )


def _shares(rows: Tally, cached: float) -> dict[str, float | int]:
    requests = rows.total("requests")
    return {
        "requests": requests,
        "mean_input_tokens": rows.total("input") / requests,
        "cached_share": cached,
        "begun_alike_within_5m": rows.total("seen_5m") / requests,
        "begun_alike_within_1h": rows.total("seen_1h") / requests,
    }


def _monthly_usd(ground: Ground, rows: Tally, share: float) -> Decimal | None:
    """Return what a share of the input, cached and not, differs by a month."""
    moved = round(share * rows.total("input"))
    mean = rows.total("input") / rows.total("requests")
    costs = [
        ground.monthly_usd(
            {TokenType.INPUT: moved, TokenType.CACHED_INPUT: cached},
            max(ground.work.days, 1),
            input_tokens=mean,
        )
        for cached in (0, moved)
    ]
    before, after = costs
    return None if before is None or after is None else (before - after).quantize(PLACES)
