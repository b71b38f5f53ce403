"""Cost plans: of one model or of all, from what is stored; once a day they become events.

The period is the last 30 whole UTC days, from the first on which the model was used or capacity
held for it; days whose data is missing are left out, as in `/cost-trend`. Where there is no whole
day yet, it is today so far.
"""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import numpy as np

from shared.domain import label
from shared.domain.application import Application
from shared.domain.cost.capacity import Capacity, capacity_of
from shared.domain.cost.costing import CostQuery, costs_of
from shared.domain.digest.day import INDEX
from shared.domain.plan.assembling import READ, Stored, workload_of
from shared.domain.plan.plan import plan_of
from shared.domain.plan.traffic import LOAD, Traffic, traffic_of
from shared.domain.plan.traffic import READ as SECTIONS
from shared.domain.plan.view import CostPlan, Headline, view_of
from shared.domain.plan.workload import Workload
from shared.domain.price.pricing import Pricing
from shared.domain.reservation.reservation import Reservation
from shared.domain.rollup.measures import Kind
from shared.domain.rollup.rollup import Rollup
from shared.domain.span import Span
from shared.domain.spend.spend_days import missing_days
from shared.domain.timeline import DAY_M, floor_to, instant, minute_of, rfc3339_minute
from shared.services.applications import load_applications
from shared.services.costs import CostPorts
from shared.services.digest_ports import Digests, Stage
from shared.services.reading import freshness, read_span
from shared.services.reservations import load_reservations

PERIOD_DAYS = 30
_AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class PlanPorts:
    """What plans are made from.

    Attributes:
        costs: rollups, prices, deployments, reservations and applications.
        digests: of the days.
    """

    costs: CostPorts
    digests: Digests


@dataclass(frozen=True, slots=True)
class Read:
    """All that plans of one period share.

    Attributes:
        span: minutes of the period.
        partial: whether it is today so far.
        rollups: of all requests.
        pricing: prices and deployments.
        capacity: provisioned.
        traffic: what digests tell.
        applications: what is known of them.
        reservations: all that are owned.
        through: every minute before this one is rolled up; None before the first rollup.
    """

    span: Span
    partial: bool
    rollups: Sequence[Rollup]
    pricing: Pricing
    capacity: Capacity
    traffic: Traffic
    applications: dict[str, Application]
    reservations: Sequence[Reservation]
    through: int | None

    def models(self) -> list[str]:
        """Return every model that was used, as it was reported."""
        found = {
            dict(part.labels[series]).get(label.MODEL, "")
            for part in self.rollups
            for series in set(part.series.tolist())
        }
        return sorted(found - {""})


async def cost_plan(model: str | None, *, now: datetime, ports: PlanPorts) -> CostPlan:
    """Return the plan of a model, as it is reported, or of all.

    Args:
        model: which; None for all.
        now: the clock, UTC.
        ports: where from.
    """
    read = await read_period(now, ports=ports)
    return await asyncio.to_thread(plan_from, read, model)


async def read_period(now: datetime, *, ports: PlanPorts) -> Read:
    """Return what plans are made from: the last 30 whole days, else today so far."""
    minute = minute_of(now)
    today = floor_to(minute, DAY_M)
    span = Span(today - PERIOD_DAYS * DAY_M, today)
    fresh = await freshness(ports.costs.reading)

    async def rollups(of: Span) -> list[Rollup]:
        reading = ports.costs.reading
        return await read_span(Kind.REQUEST, of.first, of.end, fresh, reading, only=READ)

    pricing, applications, reservations, found = await asyncio.gather(
        ports.costs.reading.load_pricing(),
        load_applications(ports.costs.documents),
        load_reservations(ports.costs.documents),
        rollups(span),
    )
    partial = not any(len(part) for part in found)
    if partial:
        span = Span(today, minute + 1)
        found = await rollups(span)
    return Read(
        span=span,
        partial=partial,
        rollups=found,
        pricing=pricing,
        capacity=capacity_of(pricing, reservations, span.first, span.end, DAY_M),
        traffic=Traffic() if partial else await _traffic(span, ports.digests),
        applications=applications,
        reservations=reservations,
        through=fresh.through,
    )


def plan_from(read: Read, model: str | None) -> CostPlan:
    """Return the plan of a model, or of all where it is None."""
    stored = _stored(read, model)
    load = workload_of(stored, model)
    plan = plan_of(load, model)
    where = {} if model is None else {label.MODEL: model}
    table = costs_of(read.rollups, read.pricing, Capacity(), CostQuery(read.span, (), where), None)
    last = stored.last + timedelta(days=1)
    return view_of(
        plan,
        Headline(
            start=instant(stored.first).date(),
            end=last,
            data_through=None if read.through is None else rfc3339_minute(read.through),
            partial_day=read.partial,
            cost_basis="effective" if _reserved(load) else "list",
            unpriced_requests=table.whole.unpriced_requests,
        ),
    )


def _stored(read: Read, model: str | None) -> Stored:
    """Return what a target's plan is made from: from its first day on, without missing days."""
    heard, mine = _days_heard(read.rollups, None), _days_heard(read.rollups, model)
    end = read.span.end if not read.partial else read.span.first + DAY_M
    last = instant(end - DAY_M).date()
    missing = missing_days(heard, last + timedelta(days=1))
    held = replace(
        read.capacity,
        held=[piece for piece in read.capacity.held if _day(piece.first) not in missing],
        unused=[piece for piece in read.capacity.unused if _day(piece.first) not in missing],
    )
    first = _first_day(mine, held, read, model)
    days = (last - first).days + 1 - sum(first <= day <= last for day in missing)
    return Stored(
        rollups=read.rollups,
        pricing=read.pricing,
        capacity=held,
        traffic=read.traffic,
        applications=read.applications,
        reservations=read.reservations,
        first=read.span.first + (first - instant(read.span.first).date()).days * DAY_M,
        last=last,
        days=max(days, 1),
        minutes=read.span.end - read.span.first if read.partial else max(days, 1) * DAY_M,
    )


def _first_day(mine: Collection[date], held: Capacity, read: Read, model: str | None) -> date:
    """Return the first day on which a model was used, or capacity was held for it."""
    begin = instant(read.span.first).date()
    names = read.pricing.names
    wanted = None if model is None else names.find(model) or model
    since = [
        _day(piece.first)
        for piece in held.held
        if wanted is None or names.find(piece.config.model or "") == wanted
    ]
    return max(min([*mine, *since], default=begin), begin)


def _days_heard(rollups: Sequence[Rollup], model: str | None) -> set[date]:
    found: set[int] = set()
    for part in rollups:
        mine = np.array(
            [model is None or dict(each).get(label.MODEL) == model for each in part.labels],
            np.bool_,
        )
        found |= (
            {*np.unique(part.slots[mine[part.series]] // DAY_M).tolist()} if len(part) else set()
        )
    return {_day(day * DAY_M) for day in found}


def _day(minute: int) -> date:
    return instant(minute).date()


def _reserved(load: Workload) -> bool:
    return any(holding.covered for holding in load.holdings.values())


async def _traffic(span: Span, digests: Digests) -> Traffic:
    """Return what the digests of a period tell; a load reaches into the digest of the day after."""
    days = range(span.first, span.end + DAY_M, DAY_M)
    wanted = {day: (INDEX, *SECTIONS) if day < span.end else (INDEX, LOAD) for day in days}
    found: list[dict[str, bytes]] = []
    for at in range(0, len(days), _AT_ONCE):
        read = await asyncio.gather(
            *(digests.read(day, Stage.FINISHED, wanted[day]) for day in days[at : at + _AT_ONCE])
        )
        found += [blocks for _, blocks in filter(None, read)]
    return await asyncio.to_thread(traffic_of, found, first=span.first, end=span.end)
