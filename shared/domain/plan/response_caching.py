"""A cache of whole answers: prompts that had been answered before, and what they cost again.

What a cache whose entries live five minutes (low), an hour (expected) or a day (high) would have
answered is counted by the digests (`digest/cache_hits.py`), prompt by prompt. The price of running
the cache is not counted.
"""

from collections.abc import Mapping

from shared.domain.plan.bill import Place
from shared.domain.plan.option import OptionType
from shared.domain.plan.reduction import Case, Cut, Cuts, Reduction, Sides, share
from shared.domain.plan.traffic import Traffic
from shared.domain.recommendation.recommendation import Effort, Fact

_WINDOWS = {Case.LOW: "5m", Case.EXPECTED: "1h", Case.HIGH: "24h"}


def response_caching(
    traffic: Traffic, sides: Mapping[Place, Sides], target: str
) -> Reduction | None:
    """Return the option of a cache of answers; None where no prompt came twice."""
    cuts: dict[Place, Cuts] = {}
    facts: dict[Place, Mapping[str, Fact]] = {}
    for place, reported in traffic.by_place("cache_hits").items():
        rows = reported.estimated()
        own = sides.get(place, Sides())
        if not rows.total("hits_24h"):
            continue
        cuts[place] = {
            case: Cut(
                input=share(rows.total(f"input_{window}"), own.input),
                output=share(rows.total(f"output_{window}"), own.output),
            )
            for case, window in _WINDOWS.items()
        }
        facts[place] = {
            "prompts": rows.total("requests"),
            **{f"answered_within_{w}": rows.total(f"hits_{w}") for w in _WINDOWS.values()},
        }
    if not cuts:
        return None
    return Reduction(
        type=OptionType.RESPONSE_CACHING,
        target=target,
        effort=Effort.MEDIUM,
        description="Keep answers for an hour: prompts that came before get them again.",
        implementation=(
            "Cache answers by model and prompt in the application or the gateway, for prompts "
            "whose answer does not depend on the moment or the user."
        ),
        assumptions=(
            "Entries live on with each use, 5 minutes (low), 1 hour (expected) or 24 hours (high); "
            "hits are exact repeats of a prompt_hash and cost what the series' tokens cost on "
            f"average; the search reached back {traffic.reach:.0%} of a day at least; the cache "
            "itself is not priced."
        ),
        cuts=cuts,
        facts=facts,
    )
