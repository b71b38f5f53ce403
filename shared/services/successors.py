"""What follows a model that retires, and what that would have cost on the model's own traffic."""

import asyncio
from collections.abc import Mapping
from datetime import datetime

import msgspec

from shared.domain import label
from shared.domain.cost.retirement_notes import models_of
from shared.domain.cost.successors import SuccessorCost, successor_costs
from shared.domain.cost.token_costs import MEASURES
from shared.domain.price.money import usd_text
from shared.domain.rollup.measures import Kind
from shared.domain.span import Span
from shared.services.costs import CostPorts
from shared.services.reading import freshness, read_span


class Successor(msgspec.Struct, frozen=True):
    """One model in another's place.

    Attributes:
        model: canonical name.
        list_cost: US dollars, a decimal; None where not all of the traffic has a price.
        change: of the cost, 0.25 is a quarter more; None where it is not known.
    """

    model: str
    list_cost: str | None
    change: float | None


class SuccessorView(msgspec.Struct, frozen=True):
    """A model beside those named in its place, on the same traffic at today's list prices.

    Attributes:
        model_name: as asked.
        retires_on: the first UTC day it no longer answers; None where that is not known.
        source: who says so; empty where nobody does.
        requests: of the traffic.
        list_cost: what it costs as it is; None where not all of it has a price.
        successors: the one its seller names first; empty where nobody names one.
        note: what the comparison cannot tell.
    """

    model_name: str
    start: str
    end: str
    time_range_seconds: int
    data_through: str | None
    retires_on: str | None
    source: str
    requests: int
    list_cost: str | None
    successors: list[Successor]
    note: str = (
        "price lists compared on the very same tokens: another model counts, reasons and caches in "
        "its own way; provisioned capacity is left out"
    )


async def model_successors(
    model: str, where: Mapping[str, str], span: Span, *, now: datetime, ports: CostPorts
) -> SuccessorView:
    """Return a model's successors and what they would have cost.

    Args:
        model: as requests report it.
        where: further labels -> the value they must have.
        span: minutes of traffic.
        now: the clock, UTC; its day's prices count.
        ports: where from.
    """
    fresh = await freshness(ports.reading)
    pricing, rollups = await asyncio.gather(
        ports.reading.load_pricing(),
        read_span(Kind.REQUEST, span.first, span.end, fresh, ports.reading, only=MEASURES),
    )
    wanted = {label.MODEL: model, **where}
    found = models_of(rollups, pricing, tuple(wanted.items()), now.date())
    # Its traffic tells which model it is, as it does an alert; without any its name has to.
    name = found.pop() if len(found) == 1 else None
    if name is None and not found:
        name = pricing.resolve(model=model, day=now.date(), **_place(where)).model
    retirement = pricing.retirements.get(name) if name else None
    costs = successor_costs(
        rollups,
        pricing,
        retirement.successors if retirement else (),
        where=wanted,
        span=span,
        on=now.date(),
    )
    return SuccessorView(
        model_name=model,
        **span.described(fresh.through),  # type: ignore[arg-type]
        retires_on=retirement.retires_on.isoformat() if retirement else None,
        source=retirement.source if retirement else "",
        requests=costs.requests,
        list_cost=None if costs.list_cost is None else usd_text(costs.list_cost),
        successors=[_shown(each) for each in costs.successors],
    )


def _place(where: Mapping[str, str]) -> dict[str, str]:
    return {name: where[name] for name in ("resource", "deployment") if name in where}


def _shown(each: SuccessorCost) -> Successor:
    cost = None if each.list_cost is None else usd_text(each.list_cost)
    return Successor(each.model, cost, None if each.change is None else float(each.change))
