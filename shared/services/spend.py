"""Reading what was used, to be priced as often as needed, and what looking ahead needs of it."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from shared.domain import label
from shared.domain.cost.capacity import Capacity, capacity_of
from shared.domain.cost.costing import CostQuery
from shared.domain.cost.line import LineKind
from shared.domain.cost.table import Period
from shared.domain.cost.token_costs import MEASURES
from shared.domain.packing import Floats
from shared.domain.rollup.measures import Kind
from shared.domain.rollup.stored_rollup import Grain
from shared.domain.span import Span
from shared.domain.spend.outlook import HISTORY_DAYS, PROFILE_DAYS, Past, past_of
from shared.domain.spend.provisioned import (
    Deployed,
    needs_shares,
    provisioned_ahead,
    shares_of,
)
from shared.domain.spend.spend_forecast import DaySoFar
from shared.domain.spend.usage import Usage, usage_of
from shared.domain.timeline import DAY_M, day_start, minute_of
from shared.services.costs import CostPorts, read_costs
from shared.services.reading import freshness, read_span
from shared.services.reservations import RESERVATIONS

_COARSEST = {Period.BUCKET: Grain.BUCKET, Period.HOUR: Grain.HOUR, Period.DAY: Grain.DAY}


async def read_usage(span: Span, period: Period, *, ports: CostPorts) -> Usage:
    """Return what was used in a span; what has just arrived is counted.

    Args:
        span: minutes covered.
        period: how long a step is: a bucket, an hour or a day.
        ports: where from.
    """
    fresh = await freshness(ports.reading)
    rollups = await read_span(
        Kind.REQUEST,
        span.first,
        span.end,
        fresh,
        ports.reading,
        only=MEASURES,
        coarsest=_COARSEST[period],
    )
    pricing = await ports.reading.load_pricing()
    return await asyncio.to_thread(usage_of, rollups, span, period, pricing, fresh.through)


async def read_past(today: date, *, ports: CostPorts) -> Past:
    """Return what was used before a day."""
    end = day_start(today)
    days, hours = await asyncio.gather(
        read_usage(Span(end - HISTORY_DAYS * DAY_M, end), Period.DAY, ports=ports),
        read_usage(Span(end - PROFILE_DAYS * DAY_M, end), Period.HOUR, ports=ports),
    )
    return past_of(today, days, hours)


async def read_today(now: datetime, *, ports: CostPorts) -> Usage:
    """Return what was used since midnight."""
    start = day_start(now.date())
    return await read_usage(Span(start, max(minute_of(now), start) + 1), Period.HOUR, ports=ports)


def day_so_far(past: Past, today: Usage, where: Mapping[str, str], now: datetime) -> DaySoFar:
    """Return what a scope has spent on tokens today, and how much of such a day is over."""
    spent = float(sum(today.spent(where).values()))
    minute = (now - datetime.combine(now.date(), datetime.min.time(), now.tzinfo)) / timedelta(
        minutes=1
    )
    return DaySoFar(spent, past.profile(where).elapsed(minute))


@dataclass(frozen=True, slots=True)
class ProvisionedAhead:
    """Provisioned throughput of the days ahead, and of the last weeks.

    Attributes:
        today: the first of the days ahead.
        days: how many there are.
        ahead: capacity of the days ahead.
        recent: capacity of the 28 days before.
    """

    today: date
    days: int
    ahead: Capacity
    recent: Capacity

    async def of(self, where: Mapping[str, str], *, ports: CostPorts) -> Floats:
        """Return US dollars that a scope will pay for it by day ahead."""
        shares: dict[Deployed, float] = {}
        if self.ahead.held and needs_shares(where):
            shares = await self._shares(where, ports)
        return provisioned_ahead(self.ahead, day_start(self.today), self.days, where, shares)

    async def _shares(self, where: Mapping[str, str], ports: CostPorts) -> dict[Deployed, float]:
        end = day_start(self.today)
        span = Span(end - PROFILE_DAYS * DAY_M, end)
        query = CostQuery(span, (label.RESOURCE, label.DEPLOYMENT), where, Period.DAY)
        lines = (await read_costs(query, ports=ports)).by(query.group_by, Period.SPAN).lines
        paid = [
            ((line.labels[0][1], line.labels[1][1]), float(line.ptu_list_cost))
            for line in lines
            if line.kind is LineKind.USAGE
        ]
        return shares_of(paid, self.recent.held)


async def read_provisioned(today: date, days: int, *, ports: CostPorts) -> ProvisionedAhead:
    """Return the provisioned throughput of so many days from today on."""
    pricing, reservations = await asyncio.gather(
        ports.reading.load_pricing(), RESERVATIONS.load(ports.documents)
    )
    start = day_start(today)
    ahead = capacity_of(pricing, reservations, start, start + days * DAY_M, DAY_M)
    before = start - PROFILE_DAYS * DAY_M
    recent = capacity_of(pricing, reservations, before, start, DAY_M)
    return ProvisionedAhead(today, days, ahead, recent)
