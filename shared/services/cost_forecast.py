"""The forecast of spend: of all models or of one, by day and to the end of the month."""

import asyncio
from datetime import datetime

from shared.domain import label
from shared.domain.cost.costing import CostQuery
from shared.domain.cost.line import total
from shared.domain.cost.table import CostTable, Period
from shared.domain.forecast.month_end import days_left
from shared.domain.span import Span
from shared.domain.spend.forecast_view import CostForecast, SpentThisMonth, forecast_view
from shared.domain.spend.outlook import outlook
from shared.domain.spend.token_forecast import ExpectedTokens, expected_tokens
from shared.domain.timeline import day_start, minute_of, rfc3339_minute
from shared.services.costs import CostPorts, read_costs
from shared.services.spend import day_so_far, read_past, read_provisioned, read_today


async def cost_forecast(
    horizon_days: int, model: str | None, *, now: datetime, ports: CostPorts
) -> CostForecast:
    """Return what is expected of spend from today on.

    Args:
        horizon_days: how many days ahead, today the first of them.
        model: its name, as requests report it; None for all.
        now: the clock, UTC.
        ports: where from.
    """
    today, where = now.date(), {} if model is None else {label.MODEL: model}
    month = Span(day_start(today.replace(day=1)), minute_of(now) + 1)
    days = max(horizon_days, days_left(today))
    past, so_far, table, provisioned = await asyncio.gather(
        read_past(today, ports=ports),
        read_today(now, ports=ports),
        read_costs(CostQuery(month, where=where, period=Period.DAY), ports=ports),
        read_provisioned(today, days, ports=ports),
    )
    found = await asyncio.to_thread(
        outlook,
        past,
        where,
        fixed=await provisioned.of(where, ports=ports),
        today=day_so_far(past, so_far, where, now),
    )
    tokens: list[ExpectedTokens] = []
    if found.ahead is not None:
        tokens = await asyncio.to_thread(expected_tokens, past, where, horizon_days)
    return forecast_view(
        found,
        _spent(table, now),
        model=model,
        horizon_days=horizon_days,
        data_through=None if table.through is None else rfc3339_minute(table.through),
        missing=sorted(past.missing),
        tokens=tokens,
    )


def _spent(table: CostTable, now: datetime) -> SpentThisMonth:
    days = table.days()
    today = days.get(now.date())
    return SpentThisMonth(
        now.date(),
        total(line.effective_cost for line in days.values()),
        total([] if today is None else [today.effective_cost]),
        sum(line.unpriced_requests for line in days.values()),
    )
