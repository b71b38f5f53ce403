"""Costs of a span of time, from rollups and the prices as they are known now.

Nothing of it is stored: a corrected price re-costs history at the next read. Others build on this:

    table = await read_costs(CostQuery(span, ("model",), period=Period.DAY), ports=ports)
    table.list_cost                     everything, exact
    table.days()                        UTC day -> that day's line
    table.by((), Period.SPAN).lines     coarser groups, longer periods

A line (`domain/cost/line.py`) has cost and tokens by meter, requests, and what is not priced.
"""

import asyncio
from dataclasses import dataclass

from shared.domain.cost.capacity import capacity_of
from shared.domain.cost.costing import CostQuery, costs_of
from shared.domain.cost.table import CostTable, Period
from shared.domain.cost.token_costs import MEASURES
from shared.domain.rollup.measures import Kind
from shared.domain.rollup.stored_rollup import Grain
from shared.domain.timeline import minute_of
from shared.services.ports import Documents
from shared.services.pricing import PricingLoader
from shared.services.reading import ReadPorts, freshness, read_span
from shared.services.reservations import load_reservations


@dataclass(frozen=True, slots=True)
class CostPorts:
    """What costs are made from.

    Attributes:
        reading: rollups.
        load_pricing: prices and deployments.
        documents: reservations.
    """

    reading: ReadPorts
    load_pricing: PricingLoader
    documents: Documents


async def read_costs(query: CostQuery, *, ports: CostPorts) -> CostTable:
    """Return what a span cost, by charge period and group."""
    span = query.span
    fresh = await freshness(ports.reading)
    pricing, reservations, rollups = await asyncio.gather(
        ports.load_pricing(),
        load_reservations(ports.documents),
        read_span(
            Kind.REQUEST,
            span.first,
            span.end,
            fresh,
            ports.reading,
            only=MEASURES,
            coarsest=Grain.HOUR if query.period is Period.HOUR else Grain.DAY,
        ),
    )
    present = minute_of(ports.reading.clock()) + 1
    until = max(min(span.end, present), span.first)
    capacity = capacity_of(pricing, reservations, span.first, until, query.step_m)
    return costs_of(rollups, pricing, capacity, query, fresh.through)
