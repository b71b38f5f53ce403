"""What was computed for a UTC day, by the subjects that an export is held against."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from shared.domain.cost.capacity import Capacity
from shared.domain.plan.bill import Line
from shared.domain.plan.exact import ZERO
from shared.domain.price.charge import EXACT
from shared.domain.price.offer import Billing, asked_offer
from shared.domain.reconciliation.subject import Subject, tokens_of, units_of
from shared.domain.reservation.coverage import Provisioned, coverage_on
from shared.domain.reservation.reservation import Reservation
from shared.domain.timeline import HOUR_M, instant

type Key = tuple[date, Subject]


@dataclass(frozen=True, slots=True)
class Amount:
    """Money and what it is for.

    Attributes:
        usd: US dollars.
        quantity: tokens or hours.
        unpriced: of the quantity, what has no price.
    """

    usd: Decimal = ZERO
    quantity: Decimal = ZERO
    unpriced: Decimal = ZERO

    def plus(self, other: "Amount") -> "Amount":
        """Return both together."""
        return Amount(
            EXACT.add(self.usd, other.usd),
            EXACT.add(self.quantity, other.quantity),
            EXACT.add(self.unpriced, other.unpriced),
        )


def computed_of(
    lines: Mapping[date, Sequence[Line]], capacity: Capacity, reservations: Sequence[Reservation]
) -> dict[Key, Amount]:
    """Return what was computed.

    Args:
        lines: of each day's requests, those without a price among them.
        capacity: provisioned, no piece across a UTC midnight.
        reservations: all that are owned.
    """
    found: dict[Key, Amount] = {}
    for day, own in lines.items():
        for line in own:
            if line.offer.billing is not Billing.PROVISIONED:
                _add_tokens(found, day, line)
    for key, amount in _units(capacity, reservations):
        found[key] = found.get(key, Amount()).plus(amount)
    return found


def _add_tokens(found: dict[Key, Amount], day: date, line: Line) -> None:
    costs = line.costs(None)
    for meter, count in line.counts.items():
        key = day, tokens_of(line.model, meter, line.offer)
        unpriced = count if line.rates is None else ZERO
        found[key] = found.get(key, Amount()).plus(Amount(costs[meter], count, unpriced))


def _units(capacity: Capacity, reservations: Sequence[Reservation]) -> list[tuple[Key, Amount]]:
    """Return provisioned hours, those covered by a reservation apart, at what they cost so."""
    found: list[tuple[Key, Amount]] = []
    by_start: dict[int, list[Provisioned]] = {}
    for piece in capacity.held:
        geography = asked_offer(piece.config.type or "").geography
        region = piece.config.region or ""
        by_start.setdefault(piece.first, []).append(
            Provisioned(piece.resource, piece.deployment, geography, region, piece.ptu)
        )
    for piece in capacity.held:
        day = instant(piece.first).date()
        covered = coverage_on(day, by_start[piece.first], reservations).units(
            piece.resource, piece.deployment
        )
        geography = asked_offer(piece.config.type or "").geography
        hours = Decimal(piece.end - piece.first) / HOUR_M
        hourly = EXACT.multiply(piece.list_cost or ZERO, Decimal(piece.ptu - covered) / piece.ptu)
        reserved = EXACT.subtract(piece.effective_cost or ZERO, hourly)
        unpriced = hours * (piece.ptu - covered) if piece.list_cost is None else ZERO
        found.append(
            (
                (day, units_of(geography, reserved=False)),
                Amount(hourly, hours * (piece.ptu - covered), unpriced),
            )
        )
        if covered:
            reserved_key = day, units_of(geography, reserved=True)
            found.append((reserved_key, Amount(reserved, hours * covered)))
    return found
