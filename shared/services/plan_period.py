"""What cost plans are made from: the last 30 whole UTC days, as everything tells them."""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from shared.domain import label
from shared.domain.application import Application
from shared.domain.cost.capacity import Capacity, capacity_of
from shared.domain.digest.day import INDEX
from shared.domain.plan.assembling import READ
from shared.domain.plan.traffic import LOAD, Traffic, traffic_of
from shared.domain.plan.traffic import READ as SECTIONS
from shared.domain.price.pricing import Pricing
from shared.domain.reservation.reservation import Reservation
from shared.domain.rollup.measures import Kind
from shared.domain.rollup.rollup import Rollup
from shared.domain.span import Span
from shared.domain.timeline import DAY_M, floor_to, minute_of
from shared.services.applications import APPLICATIONS
from shared.services.costs import CostPorts
from shared.services.digest_ports import Digests, Stage
from shared.services.reading import freshness, read_span
from shared.services.reservations import RESERVATIONS

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
        before: models that were used in the 30 days before the period.
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
    before: frozenset[str]
    through: int | None

    def models(self) -> list[str]:
        """Return every model that was used, as it was reported."""
        return models_of(self.rollups)


def models_of(rollups: Sequence[Rollup]) -> list[str]:
    """Return every model that rollups have requests of."""
    found = {
        dict(part.labels[series]).get(label.MODEL, "")
        for part in rollups
        for series in np.unique(part.series).tolist()
    }
    return sorted(found - {""})


async def read_period(now: datetime, model: str | None = None, *, ports: PlanPorts) -> Read:
    """Return what plans are made from: the last 30 whole days, else today so far.

    Args:
        now: the clock, UTC.
        model: whose traffic has to be there for the whole days to count; None for any.
        ports: where from.
    """
    minute = minute_of(now)
    today = floor_to(minute, DAY_M)
    span = Span(today - PERIOD_DAYS * DAY_M, today)
    fresh = await freshness(ports.costs.reading)

    async def rollups(of: Span, only: Collection[str] = READ) -> list[Rollup]:
        reading = ports.costs.reading
        return await read_span(Kind.REQUEST, of.first, of.end, fresh, reading, only=only)

    earlier = Span(span.first - PERIOD_DAYS * DAY_M, span.first)
    pricing, applications, reservations, before, found = await asyncio.gather(
        ports.costs.reading.load_pricing(),
        APPLICATIONS.load(ports.costs.documents),
        RESERVATIONS.load(ports.costs.documents),
        rollups(earlier, {"n"}),
        rollups(span),
    )
    today_so_far = [] if _has(found, model) else await rollups(Span(today, minute + 1))
    partial = _has(today_so_far, model)
    if partial:
        # What is provisioned today is paid until midnight.
        span, found = Span(today, today + DAY_M), today_so_far
    return Read(
        span=span,
        partial=partial,
        rollups=found,
        pricing=pricing,
        capacity=capacity_of(pricing, reservations, span.first, span.end, DAY_M),
        traffic=Traffic() if partial else await _traffic(span, ports.digests),
        applications={each.name: each for each in applications},
        reservations=reservations,
        before=frozenset(models_of(before)),
        through=fresh.through,
    )


def _has(rollups: Sequence[Rollup], model: str | None) -> bool:
    """Tell whether there are requests of a model, or of any."""
    found = models_of(rollups)
    return bool(found) if model is None else model in found


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
