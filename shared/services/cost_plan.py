"""Cost plans: of one model or of all, from what is stored.

The period is the last 30 whole UTC days; where the model was not used in the 30 days before, from
the first on which it was, or capacity was held for it. Days whose data is missing are left out, as
in `/cost-trend`. Where there is no whole day yet, it is today so far.
"""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

import numpy as np

from shared.domain import label
from shared.domain.cost.capacity import Capacity
from shared.domain.cost.costing import CostQuery, costs_of
from shared.domain.plan.assembling import Stored, workload_of
from shared.domain.plan.plan import plan_of
from shared.domain.plan.view import CostPlan, Headline, view_of
from shared.domain.plan.workload import Workload
from shared.domain.rollup.price_cell import WHOLE
from shared.domain.rollup.rollup import Rollup
from shared.domain.spend.spend_days import missing_days
from shared.domain.timeline import DAY_M, instant, rfc3339_minute
from shared.services.plan_period import PlanPorts, Read, read_period


async def cost_plan(model: str | None, *, now: datetime, ports: PlanPorts) -> CostPlan:
    """Return the plan of a model, as it is reported, or of all.

    Args:
        model: which; None for all.
        now: the clock, UTC.
        ports: where from.
    """
    read = await read_period(now, model, ports=ports)
    return await asyncio.to_thread(plan_from, read, model)


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
            days_digested=read.traffic.days,
            data_through=None if read.through is None else rfc3339_minute(read.through),
            partial_day=read.partial,
            cost_basis="effective" if _reserved(load) else "list",
            unpriced_requests=table.whole.unpriced_requests,
            sampled_out_requests=table.whole.unseen_requests // WHOLE,
        ),
    )


def _stored(read: Read, model: str | None) -> Stored:
    """Return what a target's plan is made from: from its first day on, without missing days."""
    heard, mine = _days_heard(read.rollups, None), _days_heard(read.rollups, model)
    last = instant(read.span.end - DAY_M).date()
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
        minutes=max(days, 1) * DAY_M,
    )


def _first_day(mine: Collection[date], held: Capacity, read: Read, model: str | None) -> date:
    """Return the first day on which a model was used, or capacity was held for it."""
    begin = instant(read.span.first).date()
    if model in read.before or (model is None and read.before):
        return begin
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
