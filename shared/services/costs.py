"""Costs of a span of time, from rollups and the prices as they are known now.

Nothing of it is stored: a corrected price re-costs history at the next read. Others build on this:

    table = await read_costs(CostQuery(span, ("model",), period=Period.DAY), ports=ports)
    table.list_cost                     everything, exact
    table.days()                        UTC day -> that day's line
    table.by((), Period.SPAN).lines     coarser groups, longer periods

A line (`domain/cost/line.py`) has cost and tokens by meter, requests, and what is not priced.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

from shared.domain.cost.capacity import capacity_of
from shared.domain.cost.costing import CostQuery, costs_of
from shared.domain.cost.good_answers import MEASURES as SCORES
from shared.domain.cost.good_answers import GoodShares, Thresholds, good_shares
from shared.domain.cost.grouping import Grouping
from shared.domain.cost.report import CostReport, report_of
from shared.domain.cost.rows import CostRow
from shared.domain.cost.table import CostTable
from shared.domain.cost.token_costs import MEASURES
from shared.domain.rollup.measures import Kind
from shared.domain.timeline import minute_of
from shared.services.applications import APPLICATIONS
from shared.services.ports import Documents
from shared.services.reading import ReadPorts, freshness, read_span
from shared.services.reservations import RESERVATIONS


@dataclass(frozen=True, slots=True)
class CostPorts:
    """What costs are made from.

    Attributes:
        reading: rollups, prices and deployments.
        documents: reservations.
    """

    reading: ReadPorts
    documents: Documents


async def read_costs(query: CostQuery, *, ports: CostPorts) -> CostTable:
    """Return what a span cost, by charge period and group."""
    span = query.span
    fresh = await freshness(ports.reading)
    pricing, reservations, rollups = await asyncio.gather(
        ports.reading.load_pricing(),
        RESERVATIONS.load(ports.documents),
        read_span(
            Kind.REQUEST,
            span.first,
            span.end,
            fresh,
            ports.reading,
            only=MEASURES,
            coarsest=query.coarsest,
        ),
    )
    until = min(span.end, minute_of(ports.reading.clock()))
    capacity = capacity_of(pricing, reservations, span.first, until, query.step_m)
    return costs_of(rollups, pricing, capacity, query, fresh.through)


async def cost_report(
    grouping: Grouping, query: CostQuery, thresholds: Thresholds, *, ports: CostPorts
) -> tuple[CostReport, Sequence[CostRow]]:
    """Return what a span cost as rows that add up, and the same as values.

    Args:
        grouping: what tells rows apart.
        query: of the grouping's labels and period.
        thresholds: what counts as a good answer, where the applications do not say it themselves.
        ports: where from.

    Raises:
        InvalidInput: too many rows.
    """
    table, applications = await asyncio.gather(
        read_costs(query, ports=ports), APPLICATIONS.load(ports.documents)
    )
    own = {
        each.name: each.quality_threshold
        for each in applications
        if each.quality_threshold is not None
    }
    judged = replace(thresholds, by_application=own)
    good = await _good_shares(query, judged, ports) if judged else GoodShares()
    return report_of(table, query, grouping, good)


async def _good_shares(query: CostQuery, thresholds: Thresholds, ports: CostPorts) -> GoodShares:
    span = query.span
    rollups = await read_span(
        Kind.METRIC,
        span.first,
        span.end,
        await freshness(ports.reading),
        ports.reading,
        only=SCORES,
        coarsest=query.coarsest,
    )
    return good_shares(
        rollups,
        thresholds,
        group_by=query.group_by,
        where=query.where,
        period=query.period,
        span=span,
    )
