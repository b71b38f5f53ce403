"""Answers that ran on to their limit although no answer that came to an end was nearly so long.

A series' limit follows from the answers that ended by themselves: 99.9 % of them, and a tenth more,
have room (expected), half as much again (low), 99 % without room (high). Only what answers cut by
length used beyond it is saved; answers that ended by themselves and were longer would be cut: their
share is stated.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from shared.domain.advice.token_limit import ladder
from shared.domain.digest.outputs import FINISHES
from shared.domain.digest.tally import Tally
from shared.domain.grouping import Groups
from shared.domain.packing import Ints
from shared.domain.plan.bill import Place
from shared.domain.plan.option import OptionType
from shared.domain.plan.reduction import Case, Cut, Cuts, Reduction, Sides, share
from shared.domain.plan.traffic import Traffic
from shared.domain.recommendation.recommendation import Effort, Fact
from shared.domain.rollup.sketch import middle, quantile

FEWEST = 200
"""Reported answers that have to have ended by themselves before a limit is read from them."""

_LEAST = 16
_RULES = {Case.LOW: (0.999, 1.5), Case.EXPECTED: (0.999, 1.1), Case.HIGH: (0.99, 1.0)}


@dataclass(frozen=True, slots=True)
class Lengths:
    """Lengths of a series' answers, by sketch bucket.

    Attributes:
        keys: buckets, ascending.
        ended: answers that ended by themselves.
        cut: answers cut by length.
    """

    keys: Ints
    ended: Ints
    cut: Ints

    def limit(self, case: Case) -> int:
        """Return the limit that a case asks for, the next round number of tokens."""
        quota, room = _RULES[case]
        wanted = max(int(quantile(self.keys, self.ended, quota) * room), 1)
        return ladder(wanted, 2 * wanted + _LEAST)[0]

    def beyond(self, limit: int, counts: Ints) -> float:
        """Return the tokens that answers have beyond a limit."""
        return float((np.maximum(middle(self.keys) - limit, 0.0) * counts).sum())

    def share_longer(self, limit: int) -> float:
        """Return the share of answers that ended by themselves and were longer than a limit."""
        long = self.ended[middle(self.keys) > limit]
        return int(long.sum()) / max(int(self.ended.sum()), 1)


def lengths_of(rows: Tally) -> Lengths:
    """Return the lengths that rows of the digests' section `outputs` tell."""
    buckets = Groups(rows.keys["bucket"])
    cut = rows.keys["finish"] == FINISHES.index("length")
    requests = rows.sums["requests"]
    return Lengths(buckets.codes, buckets.sum(requests * ~cut), buckets.sum(requests * cut))


def max_tokens(traffic: Traffic, sides: Mapping[Place, Sides], target: str) -> Reduction | None:
    """Return the option of lower limits; None where no answer ran on."""
    cuts: dict[Place, Cuts] = {}
    facts: dict[Place, Mapping[str, Fact]] = {}
    for place, rows in traffic.by_place("outputs").items():
        lengths, made = lengths_of(rows.estimated()), sides.get(place, Sides()).output
        if int(lengths_of(rows).ended.sum()) < FEWEST or not lengths.cut.any():
            continue
        limits = {case: lengths.limit(case) for case in Case}
        saved = {case: lengths.beyond(limit, lengths.cut) for case, limit in limits.items()}
        if saved[Case.EXPECTED] <= 0:
            continue
        cuts[place] = {case: Cut(output=share(Decimal(saved[case]), made)) for case in Case}
        facts[place] = {
            "max_tokens": limits[Case.EXPECTED],
            "answers_cut_by_length": int(lengths.cut.sum()),
            "answers_that_ended": int(lengths.ended.sum()),
            "predicted_share_cut": lengths.share_longer(limits[Case.EXPECTED]),
        }
    if not cuts:
        return None
    return Reduction(
        type=OptionType.MAX_TOKENS,
        target=target,
        effort=Effort.LOW,
        description="Lower max_tokens: answers run on to a limit far beyond any that ends.",
        implementation="Set max_tokens to the value that the evidence names for each series.",
        assumptions=(
            "Expected: room for 99.9 % of the answers that ended by themselves and 10 % more; low: "
            "50 % more; high: 99 % of them, exactly. Lengths are known within 0.55 %. Answers cut "
            "by length are as useful when they are cut earlier."
        ),
        cuts=cuts,
        facts=facts,
    )
