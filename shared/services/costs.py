"""Costs of a span of time, from rollups and the prices as they are known now.

Nothing of it is stored: a corrected price re-costs history at the next read. Others build on this:

    table = await read_costs(CostQuery(span, ("model",), period=Period.DAY), ports=ports)
    table.list_cost                     everything, exact
    table.days()                        UTC day -> that day's line
    table.by((), Period.SPAN).lines     coarser groups, longer periods

A line (`domain/cost/line.py`) has cost and tokens by meter, requests, and what is not priced.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from shared.domain.cost.table import CostTable, Period
from shared.domain.cost.token_costs import MEASURES, token_lines, wide_labels
from shared.domain.label import Labels
from shared.domain.packing import Ints
from shared.domain.price.pricing import Pricing
from shared.domain.rollup.measures import REQUEST_MEASURES, Kind
from shared.domain.rollup.rollup import Rollup, aggregate
from shared.domain.rollup.stored_rollup import Grain
from shared.domain.span import Span
from shared.domain.timeline import DAY_M, HOUR_M
from shared.services.pricing import PricingLoader
from shared.services.reading import ReadPorts, freshness, read_span


@dataclass(frozen=True, slots=True)
class CostPorts:
    """What costs are made from.

    Attributes:
        reading: rollups.
        load_pricing: prices and deployments.
    """

    reading: ReadPorts
    load_pricing: PricingLoader


@dataclass(frozen=True, slots=True)
class CostQuery:
    """What is asked.

    Attributes:
        span: minutes covered; what a request costs counts in the minute it ended.
        group_by: labels that tell groups apart, in order.
        where: label -> the value it must have.
        period: how long each line's charge period is.
    """

    span: Span
    group_by: tuple[str, ...] = ()
    where: Mapping[str, str] = field(default_factory=dict)
    period: Period = Period.SPAN


async def read_costs(query: CostQuery, *, ports: CostPorts) -> CostTable:
    """Return what a span cost, by charge period and group."""
    span, hourly = query.span, query.period is Period.HOUR
    fresh = await freshness(ports.reading)
    pricing = await ports.load_pricing()
    rollups = await read_span(
        Kind.REQUEST,
        span.first,
        span.end,
        fresh,
        ports.reading,
        only=MEASURES,
        coarsest=Grain.HOUR if hourly else Grain.DAY,
    )
    merged = _merged(rollups, query, HOUR_M if hourly else DAY_M)
    return cost_table(merged, pricing, query, fresh.through)


def cost_table(
    rollup: Rollup, pricing: Pricing, query: CostQuery, through: int | None
) -> CostTable:
    """Return the costs of a rollup that was merged for a query."""
    lines = token_lines(
        rollup, pricing, group_by=query.group_by, period=query.period, span=query.span
    )
    return CostTable(query.span, query.period, query.group_by, lines, through)


def _merged(rollups: list[Rollup], query: CostQuery, step_m: int) -> Rollup:
    names = wide_labels(query.group_by)

    def key(labels: Labels) -> Labels | None:
        own = dict(labels)
        if any(own.get(name, "") != text for name, text in query.where.items()):
            return None
        return tuple((name, own.get(name, "")) for name in names)

    def step(slots: Ints) -> Ints:
        return slots - np.mod(slots, step_m)

    return aggregate(rollups, REQUEST_MEASURES, key=key, step=step, only=MEASURES)
