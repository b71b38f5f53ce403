"""Failed attempts that are paid for and lead nowhere, from chains of one `operation_key`.

Of a chain of n attempts that never succeeded, all but the first were for nothing (expected), all
but the first two at least (low). At most the failed attempts of calls that succeeded in the end are
spared as well. Attempts turned away with 429 are not charged, and so save nothing.
"""

from collections.abc import Mapping
from decimal import Decimal

import numpy as np

from shared.domain.digest.tally import Tally
from shared.domain.plan.bill import Place
from shared.domain.plan.option import OptionType
from shared.domain.plan.reduction import Case, Cut, Cuts, Reduction, Sides, share
from shared.domain.plan.traffic import Traffic
from shared.domain.recommendation.recommendation import Effort, Fact


def retries(traffic: Traffic, sides: Mapping[Place, Sides], target: str) -> Reduction | None:
    """Return the option of not repeating what does not succeed; None where nothing is repeated."""
    cuts: dict[Place, Cuts] = {}
    facts: dict[Place, Mapping[str, Fact]] = {}
    for place, reported in traffic.by_place("retries").items():
        rows = reported.estimated()
        failed = sides.get(place, Sides()).failed
        spared = _spared(rows)
        if failed <= 0 or not spared[Case.HIGH]:
            continue
        cuts[place] = {case: Cut(failed=share(spared[case], failed)) for case in Case}
        repeated = rows.keys["attempts"] > 1
        facts[place] = {
            "calls_repeated": int(rows.sums["chains"][repeated].sum()),
            "calls_that_never_succeeded": int(
                rows.sums["chains"][repeated & (rows.keys["succeeded"] == 0)].sum()
            ),
            "failed_tokens": rows.total("failed_tokens"),
            "tokens_for_nothing": int(spared[Case.EXPECTED]),
        }
    if not cuts:
        return None
    return Reduction(
        type=OptionType.RETRIES,
        target=target,
        effort=Effort.LOW,
        description="Give up on calls that fail again, instead of paying for every attempt.",
        implementation=(
            "Do not repeat errors that are not transient (content filter, invalid request), cap "
            "attempts at two, wait as long as Retry-After says."
        ),
        assumptions=(
            "Expected: a chain that never succeeded stops after its first attempt; low: after the "
            "second; high: calls that succeeded in the end would have done so at once."
        ),
        cuts=cuts,
        facts=facts,
    )


def _spared(rows: Tally) -> dict[Case, Decimal]:
    """Return the tokens that were used for nothing."""
    attempts, tokens = rows.keys["attempts"], rows.sums["failed_tokens"]
    lost = rows.keys["succeeded"] == 0
    found = dict.fromkeys(Case, Decimal(0))
    for count in np.unique(attempts[attempts > 1]).tolist():
        own = attempts == count
        never = Decimal(int(tokens[own & lost].sum()))
        late = Decimal(int(tokens[own & ~lost].sum()))
        found[Case.LOW] += never * (count - 2) / count
        found[Case.EXPECTED] += never * (count - 1) / count
        found[Case.HIGH] += never * (count - 1) / count + late
    return found
