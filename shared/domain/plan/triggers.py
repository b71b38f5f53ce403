"""What makes a plan look closer: rough signs that capacity is idle, traffic spiky or prompts long.

They only choose what is examined; what is saved follows from the traffic. Costs by token of a
provisioned deployment are what its tokens would cost at list prices.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from shared.domain.plan.exact import ZERO
from shared.domain.plan.prompt_length import EXAMINED_ABOVE
from shared.domain.plan.reduction import sides_of
from shared.domain.plan.workload import Workload

_TWICE = 2


class Trigger(StrEnum):
    """A sign."""

    IDLE = "deployment_cost_above_twice_token_cost"
    IDLE_EVERY_DAY = "deployment_cost_above_token_cost_every_day"
    SPIKE = "day_above_twice_the_mean"
    LONG_PROMPTS = "above_1000_tokens_a_request"


@dataclass(frozen=True, slots=True)
class Signs:
    """What triggers are read from, US dollars and counts of the period.

    Attributes:
        deployment_usd: provisioned throughput.
        token_usd: all tokens, had they been paid by token.
        daily_tokens: tokens of each day.
        tokens: of all requests.
        requests: how many.
    """

    deployment_usd: Decimal
    token_usd: Decimal
    daily_tokens: Sequence[int]
    tokens: Decimal
    requests: int


def signs_of(load: Workload) -> Signs:
    """Return a workload's signs."""
    sides = sides_of(load.bill).values()
    return Signs(
        sum((each.cost_usd for each in load.bill.capacities.values()), ZERO),
        sum((sum(line.by_token().values(), ZERO) for line in load.bill.lines), ZERO),
        load.daily_tokens,
        sum((each.input + each.output for each in sides), ZERO),
        sum(each.requests for each in sides),
    )


def triggers_of(signs: Signs) -> list[Trigger]:
    """Return the triggers that signs set off."""
    days = len(signs.daily_tokens)
    total = sum(signs.daily_tokens)
    found: list[Trigger] = []
    if signs.deployment_usd > _TWICE * signs.token_usd:
        found.append(Trigger.IDLE)
    if _above_every_day(signs, total):
        found.append(Trigger.IDLE_EVERY_DAY)
    if total and max(signs.daily_tokens) * days > _TWICE * total:
        found.append(Trigger.SPIKE)
    if signs.requests and signs.tokens > EXAMINED_ABOVE * signs.requests:
        found.append(Trigger.LONG_PROMPTS)
    return found


def _above_every_day(signs: Signs, total: int) -> bool:
    """Tell whether even the busiest day's tokens cost less than a day of the deployment."""
    if not signs.deployment_usd or not signs.daily_tokens:
        return False
    busiest = max(signs.daily_tokens)
    a_day = signs.deployment_usd / len(signs.daily_tokens)
    return not total or a_day > signs.token_usd * busiest / total
