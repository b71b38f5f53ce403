"""A cost export held against what was computed for the same days."""

import asyncio
from collections.abc import Sequence
from datetime import date, timedelta

from shared.domain.cost.capacity import Capacity, capacity_of
from shared.domain.cost.costing import merged_for
from shared.domain.cost.token_costs import MEASURES
from shared.domain.plan.bill import Line
from shared.domain.plan.usage import GROUP_BY, lines_of
from shared.domain.price.pricing import Pricing
from shared.domain.reconciliation.charged import Charged, Export
from shared.domain.reconciliation.comparing import compared
from shared.domain.reconciliation.computed import computed_of
from shared.domain.reconciliation.export import read_export
from shared.domain.reconciliation.subject import What, subject_of
from shared.domain.reconciliation.view import Reconciliation, reconciliation_of
from shared.domain.reservation.reservation import Reservation
from shared.domain.rollup.measures import Kind
from shared.domain.rollup.rollup import Rollup
from shared.domain.span import Span
from shared.domain.timeline import DAY_M, EPOCH, instant, minute_of, rfc3339_minute
from shared.errors import InvalidInput
from shared.services.costs import CostPorts
from shared.services.reading import freshness, read_span
from shared.services.reservations import RESERVATIONS

MOST_DAYS = 92


async def reconcile(body: bytes, *, ports: CostPorts) -> Reconciliation:
    """Return what an export bills, what was computed, and why they differ.

    Args:
        body: the export, CSV.
        ports: where from.

    Raises:
        InvalidInput: not an export, or of more than 92 days.
    """
    export = await asyncio.to_thread(read_export, body)
    span = _span(export)
    fresh = await freshness(ports.reading)
    pricing, reservations, rollups = await asyncio.gather(
        ports.reading.load_pricing(),
        RESERVATIONS.load(ports.documents),
        read_span(Kind.REQUEST, span.first, span.end, fresh, ports.reading, only=MEASURES),
    )
    until = max(min(span.end, minute_of(ports.reading.clock())), span.first)
    capacity = capacity_of(pricing, reservations, span.first, until, DAY_M)
    through = None if fresh.through is None else rfc3339_minute(fresh.through)
    return await asyncio.to_thread(
        _held_against, export, span, rollups, pricing, capacity, reservations, through
    )


def _held_against(
    export: Export,
    span: Span,
    rollups: Sequence[Rollup],
    pricing: Pricing,
    capacity: Capacity,
    reservations: Sequence[Reservation],
    through: str | None,
) -> Reconciliation:
    merged = merged_for(rollups, GROUP_BY, DAY_M, lambda _: True)
    lines = {
        _day(day): lines_of(merged.between(day, day + DAY_M), pricing, with_unpriced=True)
        for day in range(span.first, span.end, DAY_M)
    }
    computed = computed_of(lines, capacity, reservations)
    return reconciliation_of(
        export,
        compared(export.rows, computed, pricing.names),
        days=(_day(span.first), _day(span.end)),
        data_through=through,
        silent=_silent(export.rows, [line for own in lines.values() for line in own], pricing),
    )


def _span(export: Export) -> Span:
    days = sorted({row.day for row in export.rows})
    if not days:
        raise InvalidInput.at(
            "body",
            "expected rows in USD, or with a column of US dollars, got only "
            + ", ".join(each.currency or "no currency" for each in export.left_out),
        )
    if (days[-1] - days[0]).days >= MOST_DAYS:
        reason = f"expected at most {MOST_DAYS} days, got {days[0]} to {days[-1]}"
        raise InvalidInput.at("body", reason)
    return Span(_minute(days[0]), _minute(days[-1] + timedelta(days=1)))


def _silent(rows: Sequence[Charged], lines: Sequence[Line], pricing: Pricing) -> set[str]:
    """Return resources that are billed for tokens and that no request names."""
    reported = {line.home.resource.lower() for line in lines}
    if reported <= {""}:
        return set()
    billed = {
        row.resource
        for row in rows
        if row.resource and subject_of(row, pricing.names).what is What.TOKENS
    }
    return billed - reported


def _minute(day: date) -> int:
    return (day - EPOCH.date()).days * DAY_M


def _day(minute: int) -> date:
    return instant(minute).date()
