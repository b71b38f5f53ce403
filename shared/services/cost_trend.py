"""A model's cost trend: what its last whole UTC days cost, and whether that goes up or down."""

from collections.abc import Collection
from datetime import datetime, timedelta

from shared.domain import label
from shared.domain.cost.costing import CostQuery
from shared.domain.cost.line import CostLine
from shared.domain.cost.table import Period
from shared.domain.span import Span
from shared.domain.spend.cost_trend import (
    CostTrend,
    DayCost,
    Opportunity,
    TrendDays,
    cost_trend,
)
from shared.domain.spend.spend_days import missing_days
from shared.domain.spend.usage import token_cost
from shared.domain.timeline import DAY_M, day_of, day_start
from shared.services.costs import CostPorts, read_costs
from shared.services.spend import read_usage

MOST_DAYS = 400
# A model that was used this long before the first day, or later, rests on days without traffic.
_LOOK_BACK_D = 30


async def model_cost_trend(
    model: str,
    days: int,
    *,
    now: datetime,
    ports: CostPorts,
    opportunities: Collection[Opportunity] = (),
) -> CostTrend:
    """Return the trend of a model's spend over the last whole days before today.

    Args:
        model: its name, as requests report it.
        days: how many, at least 1.
        now: the clock, UTC.
        ports: where from.
        opportunities: what would save, as the model's cost plan says.
    """
    today = now.date()
    first = today - timedelta(days=days)
    span = Span(day_start(first), day_start(today))
    wider = Span(span.first - _LOOK_BACK_D * DAY_M, span.end)
    usage = await read_usage(wider, Period.DAY, ports=ports)
    where = {label.MODEL: model}
    table = await read_costs(CostQuery(span, where=where, period=Period.DAY), ports=ports)
    lines = table.days()
    before = any(line.start < span.first for line in usage.lines(where))
    return cost_trend(
        model,
        TrendDays(
            first,
            today,
            {day: _day_cost(line) for day, line in lines.items()},
            first if before else None,
            missing_days({day_of(start) for start in usage.heard()}, today),
        ),
        unpriced_requests=sum(line.unpriced_requests for line in lines.values()),
        described=span.described(table.through),
        opportunities=opportunities,
    )


def _day_cost(line: CostLine) -> DayCost:
    return DayCost(token_cost(line), line.ptu_effective_cost)
