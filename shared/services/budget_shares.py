"""Budgets as rules of the kind `budget` are held against them, minute by minute.

At a minute counts what was used before the five minutes that it falls into, live and in a backtest
alike. A tick must not read a month: the days before today and their forecast are kept for an hour,
today's usage is read again every five minutes (`domain/budget/day.py`).
"""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

import msgspec
import numpy as np

from shared.domain.budget.day import BudgetDay
from shared.domain.cost.costing import CostQuery
from shared.domain.cost.table import Period
from shared.domain.forecast.month_end import days_left
from shared.domain.packing import Floats
from shared.domain.rule.references import Shares
from shared.domain.span import Span
from shared.domain.spend.outlook import HISTORY_DAYS, PROFILE_DAYS, Past, outlook, past_of
from shared.domain.spend.usage import Usage
from shared.domain.timeline import BUCKET_M, DAY_M, HOUR_M, day_of, day_start, floor_to, minute_of
from shared.services.budget_store import COLLECTION, budget_of
from shared.services.costs import CostPorts, read_costs
from shared.services.ports import Documents
from shared.services.spend import read_provisioned, read_usage

KEPT_M = 60
_MOST_RECENT = 8

type Scope = Mapping[str, str]


@dataclass(slots=True)
class _Kept:
    """What was read within an hour.

    Attributes:
        at: the minute of the clock at which the hour began.
        days: usage by day.
        hours: usage by hour.
        known: scope and day -> what is known when the day begins.
        recent: usage of parts of days.
    """

    at: int
    days: Usage | None = None
    hours: Usage | None = None
    known: dict[tuple[bytes, date], BudgetDay] = field(default_factory=dict)
    recent: dict[tuple[int, int, Period], Usage] = field(default_factory=dict)


class StoredBudgets:
    """The `Budgets` port."""

    def __init__(self, documents: Documents, costs: CostPorts) -> None:
        """Read budgets and spend when they are asked for."""
        self._documents = documents
        self._costs = costs
        self._kept = _Kept(-KEPT_M)
        self._reading = asyncio.Lock()

    async def unavailable(self, name: str) -> str | None:
        """Return why nothing is known of a budget; None where it is."""
        stored = await self._documents.get(COLLECTION, name)
        return None if stored else f"budget {name} does not exist"

    async def shares(self, name: str, minutes: range) -> Shares | None:
        """Return what is used of a budget at each of the minutes; None for an unknown one."""
        stored = await self._documents.get(COLLECTION, name)
        if stored is None:
            return None
        budget = budget_of(stored)
        found = np.empty((2, len(minutes)))
        async with self._reading:
            self._forget_what_is_old()
            for day, part in _by_day(minutes):
                known = await self._known(budget.scope, day)
                tokens = await self._tokens(budget.scope, part)
                seen = {
                    bucket: known.seen_at(bucket - day_start(day), usd)
                    for bucket, usd in tokens.items()
                }
                at = minutes.index(part[0])
                found[:, at : at + len(part)] = np.transpose(
                    [seen[floor_to(minute, BUCKET_M)] for minute in part]
                )
        found /= float(budget.amount_usd)
        return Shares(found[0], found[1])

    def _forget_what_is_old(self) -> None:
        now = minute_of(self._costs.reading.clock())
        if not 0 <= now - self._kept.at < KEPT_M:
            self._kept = _Kept(now)

    async def _known(self, scope: Scope, day: date) -> BudgetDay:
        key = (msgspec.json.encode(scope, order="sorted"), day)
        if key not in self._kept.known:
            past = past_of(day, *await self._usage_before(day))
            provisioned = await read_provisioned(day, days_left(day), ports=self._costs)
            fixed = await provisioned.of(scope, ports=self._costs)
            before = await self._month_before(scope, day)
            self._kept.known[key] = await asyncio.to_thread(_budget_day, past, scope, fixed, before)
        return self._kept.known[key]

    async def _month_before(self, scope: Scope, day: date) -> float:
        span = Span(day_start(day.replace(day=1)), day_start(day))
        if span.first == span.end:
            return 0.0
        query = CostQuery(span, where=scope, period=Period.DAY)
        return float((await read_costs(query, ports=self._costs)).effective_cost)

    async def _usage_before(self, day: date) -> tuple[Usage, Usage]:
        """Return usage by day and by hour of the time before a day, and maybe of more."""
        kept, present = self._kept, minute_of(self._costs.reading.clock())
        end = max(day_start(day), floor_to(present, DAY_M))
        kept.days = await self._covering(kept.days, day, end, Period.DAY, HISTORY_DAYS)
        kept.hours = await self._covering(kept.hours, day, end, Period.HOUR, PROFILE_DAYS)
        return kept.days, kept.hours

    async def _covering(
        self, known: Usage | None, day: date, end: int, period: Period, days: int
    ) -> Usage:
        first = day_start(day) - days * DAY_M
        if known is not None and known.span.first <= first and known.span.end >= end:
            return known
        return await read_usage(Span(first, end), period, ports=self._costs)

    async def _tokens(self, scope: Scope, part: range) -> dict[int, float]:
        """Return bucket -> US dollars that tokens have cost on its day before it."""
        first, last = floor_to(part[0], BUCKET_M), floor_to(part[-1], BUCKET_M)
        midnight, hour = floor_to(first, DAY_M), floor_to(first, HOUR_M)
        usd = 0.0
        if hour > midnight:
            whole = await self._recent(midnight, hour, Period.HOUR)
            usd = float(sum(whole.spent(scope).values()))
        found = {hour: usd}
        if last > hour:
            spent = (await self._recent(hour, last, Period.BUCKET)).spent(scope)
            for bucket in range(hour, last, BUCKET_M):
                usd += float(spent.get(bucket, 0))
                found[bucket + BUCKET_M] = usd
        return found

    async def _recent(self, first: int, end: int, period: Period) -> Usage:
        recent, key = self._kept.recent, (first, end, period)
        if key not in recent:
            while len(recent) >= _MOST_RECENT:
                recent.pop(next(iter(recent)))
            recent[key] = await read_usage(Span(first, end), period, ports=self._costs)
        return recent[key]


def _budget_day(past: Past, scope: Scope, fixed: Floats, before: float) -> BudgetDay:
    ahead = outlook(past, scope, fixed=fixed).ahead
    return BudgetDay(past.today, before, float(fixed[0]), past.profile(scope), ahead)


def _by_day(minutes: range) -> Iterator[tuple[date, range]]:
    """Yield each UTC day and the minutes that it has of these."""
    at = 0
    while at < len(minutes):
        day = day_of(minutes[at])
        left = range(minutes[at], day_start(day) + DAY_M, minutes.step)
        part = minutes[at : at + len(left)]
        yield day, part
        at += len(part)
