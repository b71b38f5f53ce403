"""Budgets: put, shown with how they stand, and taken back.

How they stand is computed when it is asked for: usage is read once for all budgets of an answer.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import msgspec

from shared.domain.budget.budget import Budget
from shared.domain.budget.input import parse_budget
from shared.domain.budget.rules import budget_rules
from shared.domain.budget.status import BudgetStatus, MonthSoFar, status_of
from shared.domain.budget.view import BudgetView, budget_view
from shared.domain.cost.costing import CostQuery
from shared.domain.cost.line import total
from shared.domain.cost.table import CostTable, Period
from shared.domain.forecast.month_end import days_left
from shared.domain.span import Span
from shared.domain.spend.outlook import outlook
from shared.domain.spend.spend_forecast import SpendForecast
from shared.domain.timeline import day_start, minute_of, rfc3339_minute
from shared.errors import NotFound
from shared.services.budget_store import COLLECTION, budget_of, document_of, load_budgets
from shared.services.costs import CostPorts, read_costs
from shared.services.ports import Documents
from shared.services.rules import COLLECTION as RULES
from shared.services.spend import day_so_far, read_past, read_provisioned, read_today


class BudgetPage(msgspec.Struct, frozen=True):
    """A part of the list of budgets, by name; `next` is where the rest begins, null for all."""

    budgets: list[BudgetView]
    next: str | None


@dataclass(frozen=True, slots=True)
class BudgetPorts:
    """What budgets work on.

    Attributes:
        documents: the budgets.
        costs: what spend is made from.
        tags: keys of tags that a scope may name.
    """

    documents: Documents
    costs: CostPorts
    tags: Sequence[str] = ()


async def list_budgets(
    *, limit: int, after: str | None, now: datetime, ports: BudgetPorts
) -> BudgetPage:
    """Return budgets and how they stand.

    Args:
        limit: how many at most.
        after: the `next` of an earlier answer, to go on from there; None begins.
        now: the clock, UTC.
        ports: where from.
    """
    every = await load_budgets(ports.documents)
    names = sorted(name for name in every if name > (after or ""))
    page = [every[name] for name in names[:limit]]
    shown = await views_of(page, now=now, ports=ports)
    return BudgetPage(shown, names[limit - 1] if len(names) > limit else None)


async def get_budget(name: str, *, now: datetime, ports: BudgetPorts) -> BudgetView:
    """Return a budget and how it stands.

    Raises:
        NotFound: there is none of this name.
    """
    stored = await ports.documents.get(COLLECTION, name)
    if stored is None:
        raise NotFound(f"budget {name} does not exist")
    (shown,) = await views_of([budget_of(stored)], now=now, ports=ports)
    return shown


async def put_budget(
    name: str, body: bytes, *, now: datetime, ports: BudgetPorts
) -> tuple[BudgetView, bool]:
    """Store a budget; return it as it stands, and whether it is new.

    Raises:
        InvalidInput: malformed, by field.
        Stale: somebody else changed it at the same time.
    """
    budget = parse_budget(body, name=name, tags=ports.tags)
    stored = await ports.documents.get(COLLECTION, name)
    await ports.documents.put(COLLECTION, document_of(budget, stored))
    (shown,) = await views_of([budget], now=now, ports=ports)
    return shown, stored is None


async def delete_budget(name: str, *, documents: Documents) -> None:
    """Take a budget back, and with it what people made of its rules.

    Raises:
        NotFound: there is none of this name.
        Stale: somebody else changed it at the same time.
    """
    stored = await documents.get(COLLECTION, name)
    if stored is None:
        raise NotFound(f"budget {name} does not exist")
    # The rules first: a try that breaks off leaves a budget, which can be deleted again.
    for rule in budget_rules([budget_of(stored)]):
        changed = await documents.get(RULES, rule)
        if changed is not None:
            await documents.delete(RULES, changed)
    await documents.delete(COLLECTION, stored)


async def views_of(
    budgets: Sequence[Budget], *, now: datetime, ports: BudgetPorts
) -> list[BudgetView]:
    """Return budgets and how they stand."""
    statuses = await statuses_of(budgets, now=now, ports=ports.costs)
    return [budget_view(*each) for each in zip(budgets, statuses, strict=True)]


async def statuses_of(
    budgets: Sequence[Budget], *, now: datetime, ports: CostPorts
) -> list[BudgetStatus]:
    """Return how budgets stand: what the month has cost their scopes, and is expected to."""
    if not budgets:
        return []
    today = now.date()
    month = Span(day_start(today.replace(day=1)), minute_of(now) + 1)
    past, so_far, provisioned = await asyncio.gather(
        read_past(today, ports=ports),
        read_today(now, ports=ports),
        read_provisioned(today, days_left(today), ports=ports),
    )
    found: list[BudgetStatus] = []
    for each in budgets:
        query = CostQuery(month, where=each.scope, period=Period.DAY)
        table = await read_costs(query, ports=ports)
        ahead = await asyncio.to_thread(
            outlook,
            past,
            each.scope,
            fixed=await provisioned.of(each.scope, ports=ports),
            today=day_so_far(past, so_far, each.scope, now),
        )
        found.append(status_of(each, _month(today, table, ahead.ahead)))
    return found


def _month(today: date, table: CostTable, ahead: SpendForecast | None) -> MonthSoFar:
    days = table.days()
    by_day = {day: line.effective_cost for day, line in days.items()}
    return MonthSoFar(
        today,
        total(by_day.values()),
        by_day,
        ahead,
        None if table.through is None else rfc3339_minute(table.through),
        sum(line.unpriced_requests for line in days.values()),
    )
