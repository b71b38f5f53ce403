"""Input that the service could have read from its prompt cache, and was charged in full.

Behind a prefix seen five minutes before at most, at least the first 1,024 tokens could have been
cached (low), at most the whole prompt (high); expected is the middle. What was reported as cached
is taken off. Only where a price names cached input below input.
"""

from collections.abc import Mapping
from decimal import Decimal

from shared.domain.advice.prompt_cache import LEAST_TOKENS
from shared.domain.digest.tally import Tally
from shared.domain.plan.bill import Place
from shared.domain.plan.option import OptionType
from shared.domain.plan.reduction import Case, Cut, Cuts, Reduction, Sides, share
from shared.domain.plan.traffic import Traffic
from shared.domain.recommendation.recommendation import Effort, Fact


def prompt_caching(traffic: Traffic, sides: Mapping[Place, Sides], target: str) -> Reduction | None:
    """Return the option of letting the prompt cache work; None where no prefix came twice."""
    cuts: dict[Place, Cuts] = {}
    facts: dict[Place, Mapping[str, Fact]] = {}
    for place, reported in traffic.by_place("prefix").items():
        rows = reported.estimated()
        missed, sent = missed_tokens(rows), sides.get(place, Sides()).input
        if not missed[Case.HIGH]:
            continue
        cuts[place] = {case: Cut(cached=share(missed[case], sent)) for case in Case}
        facts[place] = {
            "input_tokens": rows.total("input"),
            "input_behind_a_prefix_seen_5m": rows.total("input_5m"),
            "cached_input_tokens": rows.total("cached_input"),
        }
    if not cuts:
        return None
    return Reduction(
        type=OptionType.PROMPT_CACHING,
        target=target,
        effort=Effort.MEDIUM,
        description=(
            "Let the prompt cache work: prompts begin like earlier ones, and are charged in full."
        ),
        implementation=(
            "Put what never changes (instructions, tools, examples) first and what changes last, "
            "keep it identical to the byte, send the same prefix to the same deployment and set "
            "prompt_cache_key."
        ),
        assumptions=(
            f"Low: the first {LEAST_TOKENS:,} tokens of each repeated prefix are cached; high: "
            "the whole prompt; expected: the middle. Prefixes count as cached for 5 minutes."
        ),
        cuts=cuts,
        facts=facts,
    )


def missed_tokens(rows: Tally) -> dict[Case, Decimal]:
    """Return the input tokens that could have been read from the cache and were not.

    Args:
        rows: of the digests' section `prefix`.
    """
    behind, cached = rows.total("input_5m"), rows.total("cached_input")
    most = max(behind - cached, 0)
    least = max(min(rows.total("seen_5m") * LEAST_TOKENS, behind) - cached, 0)
    return {
        Case.LOW: Decimal(least),
        Case.EXPECTED: Decimal(least + most) / 2,
        Case.HIGH: Decimal(most),
    }
