"""Advice to keep answers: requests whose very prompt was answered a moment before.

Digests count, by `prompt_hash`, what a cache of answers would have spared. Advised where that is
one success in twenty at least, as far as the interval knows, and fifty in all; for the shortest
time to keep answers that spares four fifths of what a day would. What is spared are the tokens and
the time that those requests did take; their input is priced as cached where the model caches
prompts, since it was sent a moment before as well.
"""

from decimal import Decimal

from shared.domain.advice.ground import FEWEST, Conclusion, Ground
from shared.domain.advice.wording import evidence_of_share
from shared.domain.digest.cache_hits import WINDOWS_US
from shared.domain.digest.tally import Tally, tally_of
from shared.domain.recommendation.recommendation import (
    Category,
    Effort,
    Evidence,
    Improvement,
    Priority,
)
from shared.domain.rollup.token_cell import TokenType
from shared.domain.share import Share, share_of

KIND = "response_cache"
REQUESTS_SPARED = "percent_of_requests"
_LEAST, _MUCH, _FEWEST_HITS = 0.05, 0.25, 50
_NEARLY_ALL = 0.8
_LONGEST = "24h"
_US_PER_S = 1e6


def conclude(ground: Ground) -> Conclusion | None:
    """Return how long to keep answers for."""
    rows = ground.work.sections["cache_hits"]
    if rows.total("requests") < FEWEST:
        return None
    enough = _NEARLY_ALL * rows.total(f"hits_{_LONGEST}")
    window = next(each for each in WINDOWS_US if rows.total(f"hits_{each}") >= enough)
    share = _share(rows, window)
    if share.events < _FEWEST_HITS or share.low < ground.eased(KIND, _LEAST):
        return Conclusion(KIND)
    low, high = _monthly_usd(ground, rows, window)
    saved_s = rows.total(f"duration_us_{window}") / _US_PER_S / ground.work.days
    return ground.advice(
        KIND,
        f"{KIND}={window}",
        category=Category.COST_OPTIMIZATION,
        priority=Priority.HIGH if share.low >= _MUCH else Priority.MEDIUM,
        description=(
            f"Keep answers for {window} and give them again to the same prompt: "
            f"{share.value:.1%} of answers ({share.low:.1%} to {share.high:.1%}) would not have "
            f"needed the model, which took {saved_s:,.0f} s a day. Only where the same prompt may "
            "have the same answer."
        ),
        expected_improvement=Improvement(100 * share.low, 100 * share.high, REQUESTS_SPARED),
        implementation_effort=Effort.MEDIUM,
        estimated_cost_impact_usd_per_month=None if low is None else -low,
        evidence=_evidence(ground, rows, window)
        | {"usd_per_month_low": _text(low), "usd_per_month_high": _text(high)},
    )


def _share(rows: Tally, window: str) -> Share:
    by_day = tally_of({"day": rows.keys["day"]}, rows.sums)
    return share_of(by_day.sums[f"hits_{window}"], by_day.sums["requests"])


def _monthly_usd(ground: Ground, rows: Tally, window: str) -> tuple[Decimal | None, Decimal | None]:
    """Return what the spared tokens cost a month, their input cached, and not."""
    sent, hits = rows.total(f"input_{window}"), rows.total(f"hits_{window}")
    tokens = {TokenType.INPUT: sent, TokenType.OUTPUT: rows.total(f"output_{window}")}
    cached = sent if ground.takes is None or ground.takes.caches_prompts else 0
    low, high = (
        ground.monthly_usd(each, max(ground.work.days, 1), input_tokens=sent / max(hits, 1))
        for each in (tokens | {TokenType.CACHED_INPUT: cached}, tokens)
    )
    return low, high


def _evidence(ground: Ground, rows: Tally, window: str) -> Evidence:
    found: Evidence = {f"hits_{each}": evidence_of_share(_share(rows, each)) for each in WINDOWS_US}
    answered = ground.work.hours.total("ok")
    return found | {
        "answers_with_a_prompt_hash": rows.total("requests") / answered if answered else None,
        "days": ground.work.days,
        "input_tokens": rows.total(f"input_{window}"),
        "output_tokens": rows.total(f"output_{window}"),
        "seconds": rows.total(f"duration_us_{window}") / _US_PER_S,
    }


def _text(usd: Decimal | None) -> str | None:
    return None if usd is None else str(usd)
