"""Provisioned throughput as it is: units, what they cost, and what owned reservations pay of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from shared.domain.cost.capacity import Capacity as HeldCapacity
from shared.domain.cost.reservation_cost import unit_day_usd
from shared.domain.plan.bill import Capacity, Deployed, Line
from shared.domain.plan.exact import ZERO
from shared.domain.plan.workload import Holding
from shared.domain.price.offer import Billing, Geography, asked_offer
from shared.domain.price.region import region_name
from shared.domain.reservation.coverage import Coverage, Provisioned, coverage_on
from shared.domain.reservation.reservation import SHARED, Reservation


@dataclass(frozen=True, slots=True)
class Holdings:
    """What is held of provisioned throughput.

    Attributes:
        by_deployment: what each has, those that have none among them.
        capacities: what each provisioned one cost over the period.
        spare: owned units that nothing uses, by geography and region.
        unused_usd: what reservations cost beyond use over the period.
        models: deployment -> the model that its configuration names.
    """

    by_deployment: Mapping[Deployed, Holding] = field(default_factory=dict)
    capacities: Mapping[Deployed, Capacity] = field(default_factory=dict)
    spare: Mapping[tuple[Geography, str], int] = field(default_factory=dict)
    unused_usd: Decimal = ZERO
    models: Mapping[Deployed, str] = field(default_factory=dict)


def holdings_of(
    held: HeldCapacity,
    lines: Iterable[Line],
    reservations: Sequence[Reservation],
    *,
    last: date,
    days: int,
) -> Holdings:
    """Return what is held over a period.

    Args:
        held: capacity of the period, piece by piece.
        lines: of all requests, to find deployments that are paid by token.
        reservations: all that are owned.
        last: the last day; what holds then is what could be changed.
        days: of the period.
    """
    units = _units(held)
    coverage = coverage_on(last, list(units.values()), reservations)
    priced = {each.name: unit_day_usd(each, last) for each in reservations if each.owned_on(last)}
    found = {Deployed(*key): _holding(each, coverage, priced, days) for key, each in units.items()}
    for line in lines:
        if line.under is not None and line.offer.billing is Billing.STANDARD:
            found.setdefault(line.under, Holding(line.offer.geography, line.region))
    return Holdings(
        found,
        _capacities(held, units),
        _spare(coverage, reservations),
        sum((each.cost for each in held.unused), ZERO),
        {
            Deployed(piece.resource, piece.deployment): piece.config.model or ""
            for piece in held.held
        },
    )


def _units(held: HeldCapacity) -> dict[tuple[str, str], Provisioned]:
    """Return each deployment's units as they are at last, of those that still have any."""
    if not held.held:
        return {}
    end = max(piece.end for piece in held.held)
    return {
        (piece.resource, piece.deployment): Provisioned(
            piece.resource,
            piece.deployment,
            asked_offer(piece.config.type or "").geography,
            region_name(piece.config.region or ""),
            piece.ptu,
        )
        for piece in held.held
        if piece.end == end
    }


def _holding(
    units: Provisioned, coverage: Coverage, priced: Mapping[str, Decimal | None], days: int
) -> Holding:
    by_reservation = coverage.covered.get(units.key, {})
    usd = sum(
        (count * (priced.get(name) or ZERO) * days for name, count in by_reservation.items()), ZERO
    )
    covered = coverage.units(*units.key)
    return Holding(units.geography, units.region, units.ptu, covered, usd)


def _capacities(
    held: HeldCapacity, units: Mapping[tuple[str, str], Provisioned]
) -> dict[Deployed, Capacity]:
    usd: dict[tuple[str, str], Decimal] = {}
    for piece in held.held:
        key = piece.resource, piece.deployment
        usd[key] = usd.get(key, ZERO) + (piece.effective_cost or ZERO)
    return {
        Deployed(*key): Capacity(units[key].ptu if key in units else 0, cost)
        for key, cost in usd.items()
    }


def _spare(
    coverage: Coverage, reservations: Iterable[Reservation]
) -> dict[tuple[Geography, str], int]:
    """Return unused units by pool; those of a single resource's scope are nobody else's."""
    spare: dict[tuple[Geography, str], int] = {}
    for each in reservations:
        left = coverage.unused.get(each.name, 0)
        if left and each.scope == SHARED:
            pool = each.geography, region_name(each.region)
            spare[pool] = spare.get(pool, 0) + left
    return spare
