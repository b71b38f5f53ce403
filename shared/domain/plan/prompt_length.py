"""Prompts far longer than a series' usual ones: history and retrieved texts that could be cut.

Examined where a request has more than 1,000 tokens on average. What inputs have beyond the length
that 90 % of them stay below is taken to be dispensable (expected), beyond 95 % (low), 75 % (high).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from shared.domain.packing import Ints
from shared.domain.plan.bill import Place
from shared.domain.plan.option import OptionType
from shared.domain.plan.reduction import Case, Cut, Cuts, Reduction, Sides, share
from shared.domain.recommendation.recommendation import Effort, Fact
from shared.domain.rollup.sketch import middle, quantile

EXAMINED_ABOVE = 1_000
"""Tokens a request on average from which prompts are looked at."""

FEWEST = 200
_BELOW = {Case.LOW: 0.95, Case.EXPECTED: 0.9, Case.HIGH: 0.75}


@dataclass(frozen=True, slots=True)
class InputLengths:
    """Lengths of a series' inputs, by sketch bucket.

    Attributes:
        keys: buckets, ascending.
        counts: requests in each.
    """

    keys: Ints
    counts: Ints

    def share_beyond(self, quota: float) -> tuple[float, float]:
        """Return the length that a share of inputs stays below, and what is beyond it, 0..1."""
        cap, lengths = quantile(self.keys, self.counts, quota), middle(self.keys)
        beyond = float((np.maximum(lengths - cap, 0.0) * self.counts).sum())
        return cap, beyond / max(float((lengths * self.counts).sum()), 1.0)


def prompt_length(
    lengths: Mapping[Place, InputLengths], sides: Mapping[Place, Sides], target: str
) -> Reduction | None:
    """Return the option of shorter prompts; None where they are short, or all alike."""
    cuts: dict[Place, Cuts] = {}
    facts: dict[Place, Mapping[str, Fact]] = {}
    for place, own in lengths.items():
        used = sides.get(place, Sides())
        count = int(own.counts.sum())
        if count < FEWEST or used.input + used.output <= EXAMINED_ABOVE * used.requests:
            continue
        found = {case: own.share_beyond(quota) for case, quota in _BELOW.items()}
        if found[Case.HIGH][1] <= 0:
            continue
        cuts[place] = {
            case: Cut(input=share(Decimal(beyond), Decimal(1)))
            for case, (_, beyond) in found.items()
        }
        facts[place] = {
            "requests": count,
            "tokens_a_request": float((used.input + used.output) / max(used.requests, 1)),
            "p90_input_tokens": found[Case.EXPECTED][0],
            "input_share_beyond_p90": found[Case.EXPECTED][1],
        }
    if not cuts:
        return None
    return Reduction(
        type=OptionType.PROMPT_OPTIMIZATION,
        target=target,
        effort=Effort.MEDIUM,
        description="Shorten the longest prompts to what nine in ten of their series need.",
        implementation=(
            "Cut or summarise old turns of the conversation, retrieve fewer and shorter passages, "
            "drop tools and examples that a call does not need; watch quality scores meanwhile."
        ),
        assumptions=(
            "Expected: inputs beyond the series' own p90 are cut to it; low: p95; high: p75. The "
            "tokens cut cost what the series' input costs on average. Effects on quality are not "
            "known beforehand."
        ),
        cuts=cuts,
        facts=facts,
    )
