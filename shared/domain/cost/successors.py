"""What a model's successors would have cost on the same traffic.

The very tokens that the model was sent and gave, on the offer and tier that served them, at the
prices of one day. Another model counts tokens differently, thinks more or less and caches in its
own way: this compares price lists on real proportions of input, cache and output, it does not
foretell a bill. Traffic on provisioned capacity is left out: its cost depends on its size.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from shared.domain.cost.costing import merged_for
from shared.domain.cost.line import CostLine, LineKind, summed
from shared.domain.cost.table import Period
from shared.domain.cost.token_costs import token_lines
from shared.domain.price.charge import EXACT
from shared.domain.price.pricing import Pricing
from shared.domain.rollup.rollup import Rollup
from shared.domain.span import Span
from shared.domain.timeline import DAY_M


@dataclass(frozen=True, slots=True)
class SuccessorCost:
    """What one model costs on the traffic of another.

    Attributes:
        model: canonical name.
        list_cost: US dollars; None where not all of the traffic has a price.
        change: the same divided by what the model itself costs, less 1; None where one of them is
            not known or nothing was spent.
    """

    model: str
    list_cost: Decimal | None
    change: Decimal | None


@dataclass(frozen=True, slots=True)
class SuccessorCosts:
    """A model beside its successors.

    Attributes:
        list_cost: what the traffic costs as it is, US dollars; None where not all has a price.
        requests: of the traffic.
        successors: in the order given.
    """

    list_cost: Decimal | None
    requests: int
    successors: Sequence[SuccessorCost]


def successor_costs(
    rollups: Sequence[Rollup],
    pricing: Pricing,
    successors: Sequence[str],
    *,
    where: Mapping[str, str],
    span: Span,
    on: date,
) -> SuccessorCosts:
    """Return what other models would have cost on traffic.

    Args:
        rollups: requests of the span, `token_costs.MEASURES` at least.
        pricing: prices and deployments.
        successors: canonical names, as `Pricing.retirements[...].successors` has them.
        where: label -> the value it must have, as the model and the deployment.
        span: minutes covered.
        on: the UTC day whose prices count, usually today: a successor has none for long ago.
    """

    def wanted(labels: Mapping[str, str]) -> bool:
        return all(labels.get(name, "") == text for name, text in where.items())

    traffic = merged_for(rollups, (), DAY_M, wanted)
    own = _whole(traffic, pricing, span, on, None)
    before = _known(own)
    costs = [_known(_whole(traffic, pricing, span, on, model)) for model in successors]
    return SuccessorCosts(
        before,
        own.requests,
        [
            SuccessorCost(model, cost, _change(before, cost))
            for model, cost in zip(successors, costs, strict=True)
        ],
    )


def _whole(
    traffic: Rollup, pricing: Pricing, span: Span, on: date, priced_as: str | None
) -> CostLine:
    lines = token_lines(
        traffic,
        pricing,
        group_by=(),
        period=Period.SPAN,
        span=span,
        priced_on=on,
        priced_as=priced_as,
    )
    return summed(lines, start=span.first, labels=(), kind=LineKind.USAGE)


def _known(line: CostLine) -> Decimal | None:
    return None if line.unpriced_tokens else line.list_cost


def _change(before: Decimal | None, after: Decimal | None) -> Decimal | None:
    if not before or after is None:
        return None
    return EXACT.divide(EXACT.subtract(after, before), before)
