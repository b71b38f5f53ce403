"""Costs by user, from the daily digests: whole UTC days."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from shared.domain.cost.costing import CostQuery
from shared.domain.cost.good_answers import GoodShares
from shared.domain.cost.grouping import USER, Grouping
from shared.domain.cost.line import CostLine
from shared.domain.cost.report import CostReport, report_of
from shared.domain.cost.rows import CostRow
from shared.domain.cost.table import CostTable, Period
from shared.domain.cost.user_costs import BLOCKS, KEPT_LABELS, user_lines, with_remainder
from shared.domain.price.pricing import Pricing
from shared.domain.span import Span
from shared.domain.timeline import DAY_M, floor_to, minute_of, rfc3339_minute
from shared.errors import InvalidInput
from shared.services.costs import CostPorts, read_costs
from shared.services.digest_reading import read_digest
from shared.services.digests import Budget, DigestPorts

_DAY_DIGITS = 10


async def user_cost_report(
    grouping: Grouping,
    query: CostQuery,
    *,
    now: datetime,
    budget: Budget,
    ports: CostPorts,
    digests: DigestPorts,
) -> tuple[CostReport, Sequence[CostRow]]:
    """Return what users cost, over the whole UTC days that the query's span touches, until now.

    Args:
        grouping: by user, and by day or not.
        query: of the grouping's period.
        now: the clock, UTC.
        budget: how long making digests of days without one may take.
        ports: what costs are made from.
        digests: where it is known who used what.

    Raises:
        InvalidInput: a filter that digests do not keep, or too many rows.
    """
    for name in query.where:
        if name not in KEPT_LABELS:
            kept = ", ".join(KEPT_LABELS)
            raise InvalidInput.at(name, f"costs of users are kept by {kept} only")
    first = floor_to(query.span.first, DAY_M)
    after = floor_to(query.span.end - 1, DAY_M) + DAY_M
    span = Span(first, max(min(after, minute_of(now) + 1), first + 1))
    daily = await read_costs(CostQuery(span, (), query.where, Period.DAY), ports=ports)
    pricing = await ports.reading.load_pricing()
    users: list[CostLine] = []
    blind: list[str] = []
    for day in dict.fromkeys(floor_to(line.start, DAY_M) for line in daily.lines):
        found, whole = await _users_of(day, pricing, query, now, budget, digests)
        users += found
        if not whole:
            blind.append(rfc3339_minute(day)[:_DAY_DIGITS])
    lines = list(with_remainder(daily.lines, users))
    table = CostTable(span, Period.DAY, (USER,), lines, daily.through).by((USER,), query.period)
    asked = CostQuery(span, (USER,), query.where, query.period)
    report, rows = report_of(table, asked, grouping, GoodShares())
    return msgspec.structs.replace(report, days_without_users=blind), rows


async def _users_of(
    day: int,
    pricing: Pricing,
    query: CostQuery,
    now: datetime,
    budget: Budget,
    digests: DigestPorts,
) -> tuple[list[CostLine], bool]:
    digest = await read_digest(day, now=now, ports=digests, budget=budget, only=BLOCKS)
    if digest is None:
        return [], False
    whole = digest.through >= min(day + DAY_M, minute_of(now))
    return user_lines(digest.blocks, day, pricing, query.where), whole
