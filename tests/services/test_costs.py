"""Costs of a span: from stored rollups and what has just arrived, at prices as they are known."""

from datetime import datetime, time, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest

from shared.domain.cost.costing import CostQuery
from shared.domain.cost.table import CostTable, Period
from shared.domain.span import Span
from shared.services.costs import read_costs
from shared.settings import Settings
from tests.domain.factories import MINUTE, T0
from tests.services.monitor_factories import DAY, HOUR, Monitor, sent, span
from tests.services.price_factories import entry, put_prices

MIDNIGHT = datetime.combine(T0.date() + DAY, time(), T0.tzinfo)
USED = {"input_tokens": 1000, "output_tokens": 100}
THREE_DAYS = span(MIDNIGHT - 2 * DAY, MIDNIGHT + DAY)


async def priced(**settings: object) -> Monitor:
    """Return a monitor with a model that costs 1 a request of `USED` until midnight, then 2."""
    monitor = Monitor(settings=Settings(hash_key="of the tests", **settings))  # type: ignore[arg-type]
    until, then = entry("900 90 1000"), entry("1800 180 2000", MIDNIGHT.date())
    await put_prices(monitor.app.documents, "gpt-5-mini", until, then)
    return monitor


async def ask(
    monitor: Monitor,
    over: Span = THREE_DAYS,
    group_by: tuple[str, ...] = (),
    period: Period = Period.SPAN,
    **where: str,
) -> CostTable:
    query = CostQuery(over, group_by, where, period)
    return await read_costs(query, ports=monitor.app.costs)


@pytest.mark.parametrize("rolled", [False, True])
async def test_each_day_is_charged_at_its_price(rolled: bool) -> None:
    monitor = await priced()
    monitor.now = MIDNIGHT + MINUTE
    await monitor.post(
        sent(MIDNIGHT - DAY, **USED),
        sent(MIDNIGHT - timedelta(microseconds=1000), **USED),
        sent(MIDNIGHT, **USED),
    )
    if rolled:
        monitor.now = MIDNIGHT + DAY
        await monitor.roll()
    days = (await ask(monitor, period=Period.DAY)).days()
    assert {day.day: line.list_cost for day, line in days.items()} == {23: 2, 24: 2}
    assert (await ask(monitor)).list_cost == Decimal(4)


async def test_a_corrected_price_costs_history_anew() -> None:
    monitor = await priced()
    await monitor.post(sent(T0, **USED))
    before = (await ask(monitor)).list_cost
    await put_prices(monitor.app.documents, "gpt-5-mini", entry("90 9 100"))
    assert (before, (await ask(monitor)).list_cost) == (Decimal(1), Decimal("0.1"))


async def test_spans_that_cut_days_and_hours_add_up() -> None:
    monitor = await priced()
    monitor.now = MIDNIGHT + DAY
    ends = [MIDNIGHT - 2 * DAY + n * timedelta(minutes=97) for n in range(44)]
    await monitor.post(*(sent(end, **USED) for end in ends))
    await monitor.roll()
    whole = (await ask(monitor)).list_cost
    cuts = [MIDNIGHT - 2 * DAY, T0 - 7 * MINUTE, T0 + 65 * MINUTE, MIDNIGHT, MIDNIGHT + DAY]
    parts = [await ask(monitor, span(first, end)) for first, end in pairwise(cuts)]
    assert sum(part.list_cost for part in parts) == whole == 44 + sum(e >= MIDNIGHT for e in ends)


async def test_costs_are_told_apart_and_filtered() -> None:
    monitor = await priced(series_tags=("team",))
    monitor.now = T0 + DAY
    await monitor.post(
        sent(T0, application="shop", tags={"team": "web"}, **USED),
        sent(T0, application="shop", tags={"team": "ops"}, **USED),
        sent(T0 + HOUR, application="docs", **USED),
        sent(T0, model="nobody-knows", application="docs", **USED),
    )
    table = await ask(monitor, group_by=("application", "team"))
    found = {tuple(dict(line.labels).values()): line.list_cost for line in table.lines}
    assert found == {("docs", ""): 1, ("shop", "ops"): 1, ("shop", "web"): 1}
    only = await ask(monitor, application="docs")
    assert (only.list_cost, only.whole.requests, only.whole.unpriced_requests) == (1, 2, 1)
    hours = await ask(monitor, period=Period.HOUR)
    assert [line.requests for line in hours.lines] == [3, 1]
