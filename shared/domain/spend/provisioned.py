"""What provisioned throughput will cost a scope: what is configured is certain.

A scope of resources, deployments and models pays for all of what it names, idle or not. One that
names whose requests they are (an application, an environment, a tag) goes on paying for the part of
each deployment that it filled over the last weeks. A reservation that nothing uses is nobody's.
"""

from collections.abc import Iterable, Mapping

import numpy as np

from shared.domain import label
from shared.domain.cost.capacity import Capacity, Held
from shared.domain.packing import Floats
from shared.domain.timeline import DAY_M

_OF_CAPACITY = frozenset({label.RESOURCE, label.DEPLOYMENT, label.MODEL})

type Deployed = tuple[str, str]
"""Resource and deployment."""


def needs_shares(where: Mapping[str, str]) -> bool:
    """Tell whether a scope pays for parts of capacity only."""
    return not _OF_CAPACITY.issuperset(where)


def provisioned_ahead(
    capacity: Capacity,
    first: int,
    days: int,
    where: Mapping[str, str],
    shares: Mapping[Deployed, float],
) -> Floats:
    """Return US dollars by day ahead.

    Args:
        capacity: of the days ahead.
        first: the minute at which the first of them begins.
        days: how many.
        where: label -> the value it must have.
        shares: which part of each deployment the scope pays for, where that is not all of it.
    """
    usd = np.zeros(days)
    for held in capacity.held:
        share = shares.get((held.resource, held.deployment), 0.0) if needs_shares(where) else 1.0
        if _named(held, where):
            usd[(held.first - first) // DAY_M] += share * float(held.effective_cost or 0)
    if not where:
        for unused in capacity.unused:
            usd[(unused.first - first) // DAY_M] += float(unused.cost)
    return usd


def shares_of(
    paid: Iterable[tuple[Deployed, float]], held: Iterable[Held]
) -> dict[Deployed, float]:
    """Return which part of each deployment a scope paid for.

    Args:
        paid: what it paid for each, US dollars at list price.
        held: the capacity of the same time.
    """
    whole: dict[Deployed, float] = {}
    for each in held:
        key = (each.resource, each.deployment)
        whole[key] = whole.get(key, 0.0) + float(each.list_cost or 0)
    return {key: min(usd / whole[key], 1.0) for key, usd in paid if whole.get(key)}


def _named(held: Held, where: Mapping[str, str]) -> bool:
    own = {
        label.RESOURCE: held.resource,
        label.DEPLOYMENT: held.deployment,
        label.MODEL: held.config.model or "",
    }
    return all(own.get(name, text) == text for name, text in where.items())
