"""What provisioned capacity costs by the minute, used or not: at list, and as reservations make it.

A deployment of a provisioned type is charged for its PTUs as long as it exists, a part of an hour
by the minute (learn.microsoft.com, "Provisioned throughput billing and cost management"). Since
when it exists, and how large it is, its dated configurations say.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import pairwise

from shared.domain.cost.line import NOTHING, total
from shared.domain.cost.prorating import prorated
from shared.domain.cost.reservation_cost import unit_day_usd
from shared.domain.deployment.deployment import DeploymentConfig
from shared.domain.price.charge import EXACT
from shared.domain.price.offer import Billing, Offer, offer_of
from shared.domain.price.pricing import Pricing
from shared.domain.reservation.coverage import Coverage, Provisioned, coverage_on
from shared.domain.reservation.reservation import Reservation
from shared.domain.timeline import DAY_M, HOUR_M, instant, minute_of


@dataclass(frozen=True, slots=True)
class Held:
    """A deployment's capacity over the minutes [first, end) of one day, all alike.

    Attributes:
        first: the first minute.
        end: the minute after the last.
        resource: that it belongs to; empty where that is not told.
        deployment: its name.
        config: in force.
        ptu: units.
        list_cost: at the hourly list price; None where nobody states it.
        effective_cost: with what reservations cover of it; None likewise.
    """

    first: int
    end: int
    resource: str
    deployment: str
    config: DeploymentConfig
    ptu: int
    list_cost: Decimal | None
    effective_cost: Decimal | None


@dataclass(frozen=True, slots=True)
class Unused:
    """Reserved units that no deployment used over the minutes from `first`, paid all the same."""

    first: int
    reservation: str
    cost: Decimal


@dataclass(frozen=True, slots=True)
class Capacity:
    """All capacity of a span, in order of time."""

    held: Sequence[Held] = field(default_factory=list)
    unused: Sequence[Unused] = field(default_factory=list)


def capacity_of(
    pricing: Pricing, reservations: Sequence[Reservation], first: int, end: int, step_m: int
) -> Capacity:
    """Return the capacity of the minutes [first, end).

    Args:
        pricing: deployments and prices.
        reservations: all that are owned.
        first: the first minute.
        end: the minute after the last; beyond the present it would be a forecast.
        step_m: no piece crosses a step of so many minutes; an hour or a day.
    """
    if first >= end:
        return Capacity()
    eras = list(_eras(pricing, first, end))
    priced = [each for each in reservations if unit_day_usd(each, each.starts) is not None]
    if not eras and not priced:
        return Capacity()
    held: list[Held] = []
    unused: list[Unused] = []
    for start, stop in pairwise(_cuts(eras, first, end, step_m)):
        day = instant(start).date()
        now = [era for era in eras if era.first <= start < era.end]
        coverage = coverage_on(day, [era.units for era in now], priced)
        units = {each.name: _unit(each, day, start, stop) for each in priced}
        held += [_held(era, coverage, units, pricing, range(start, stop)) for era in now]
        unused += [
            Unused(start, name, EXACT.multiply(units[name], Decimal(left)))
            for name, left in coverage.unused.items()
            if left
        ]
    return Capacity(held, unused)


@dataclass(frozen=True, slots=True)
class _Era:
    """One configuration of a provisioned deployment, in force over [first, end)."""

    first: int
    end: int
    config: DeploymentConfig
    offer: Offer
    units: Provisioned


def _eras(pricing: Pricing, first: int, end: int) -> Iterator[_Era]:
    for (resource, deployment), configs in pricing.deployments.dated.items():
        starts = [_since(config, first) for config in configs]
        for config, start, stop in zip(configs, starts, [*starts[1:], end], strict=True):
            offer = offer_of(config.type or "")
            if offer is None or offer.billing is not Billing.PROVISIONED or not config.ptu:
                continue
            since, until = max(start, first), min(stop, end)
            if since < until:
                region = config.region or ""
                units = Provisioned(resource, deployment, offer.geography, region, config.ptu)
                yield _Era(since, until, config, offer, units)


def _since(config: DeploymentConfig, first: int) -> int:
    return first if config.effective_from is None else minute_of(config.effective_from)


def _cuts(eras: Sequence[_Era], first: int, end: int, step_m: int) -> list[int]:
    steps = range(first - first % step_m + step_m, end, step_m)
    return sorted({first, end, *steps, *(at for era in eras for at in (era.first, era.end))})


def _unit(reservation: Reservation, day: date, first: int, end: int) -> Decimal:
    """Return what one reserved unit costs over minutes of a day."""
    usd = unit_day_usd(reservation, day) or NOTHING
    midnight = first - first % DAY_M
    return prorated(usd, first - midnight, end - midnight, DAY_M)


def _held(
    era: _Era, coverage: Coverage, reserved: Mapping[str, Decimal], pricing: Pricing, part: range
) -> Held:
    day = instant(part.start).date()
    region = era.config.region or ""
    price = pricing.price(era.config.model or "", era.offer, day, region).price
    hourly = price.ptu_hour_usd if price else None
    begin = part.start % HOUR_M
    unit = None if hourly is None else prorated(hourly, begin, begin + len(part), HOUR_M)
    covered = coverage.covered.get(era.units.key, {})
    paid = [EXACT.multiply(reserved[name], Decimal(count)) for name, count in covered.items()]
    by_hour = _times(unit, era.units.ptu - sum(covered.values()))
    effective = None if by_hour is None else total([*paid, by_hour])
    listed = _times(unit, era.units.ptu)
    key = era.units.key
    return Held(part.start, part.stop, *key, era.config, era.units.ptu, listed, effective)


def _times(unit: Decimal | None, count: int) -> Decimal | None:
    if count == 0:
        return NOTHING
    return None if unit is None else EXACT.multiply(unit, Decimal(count))
