"""Holds prices that were read against the book: what is new, what differs, what is gone."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby

from shared.domain.price.list_price import ListPrice, Meter
from shared.domain.price.money import usd_text
from shared.domain.price.offer import type_name
from shared.domain.price.price_book import PriceBook
from shared.domain.price.region import ASSUMED_REGION

_COMPARED = (Meter.INPUT, Meter.CACHED_INPUT, Meter.CACHE_WRITE, Meter.OUTPUT)


@dataclass(frozen=True, slots=True)
class Difference:
    """A price that the book does not have so.

    Attributes:
        read: the price as it was read.
        booked: the book's in its place; None where it has none.
    """

    read: ListPrice
    booked: ListPrice | None

    def line(self) -> str:
        """Return it as one line for people."""
        read = self.read
        way = f"{read.model}  {type_name(read.offer)} {read.offer.tier}  from {read.effective_from}"
        where = f"  [{_regions(read)}]" if read.regions else ""
        before = f"{_rates(self.booked)} ({self.booked.source})" if self.booked else "unpriced"
        return f"{way}{where}: {before} -> {_rates(read)}"


def differences(read: Iterable[ListPrice], book: PriceBook) -> list[Difference]:
    """Return the prices that the book does not have so, in the order they were read.

    What follows a price that differs differs too: put into the book without its successors, it
    would hold for good.
    """
    found: list[Difference] = []
    for price in read:
        other = _other(price, book, price.effective_from)
        follows = bool(found) and _about(found[-1].read) == _about(price)
        if other is not None or follows:
            found.append(other or Difference(price, None))
    return found


def differences_today(read: Iterable[ListPrice], book: PriceBook, today: date) -> list[Difference]:
    """Return the prices in force today, or later, that a book of today does not have so."""
    courses = {about: list(course) for about, course in groupby(read, key=_about)}
    now = [
        price
        for course in courses.values()
        for price, later in zip(course, [*course[1:], None], strict=True)
        if later is None or later.effective_from > today
    ]
    return [other for price in now if (other := _other(price, book, today)) is not None]


def _other(price: ListPrice, book: PriceBook, day: date) -> Difference | None:
    """Return how the book differs in one of a price's regions; None where it nowhere does."""
    regions = sorted(price.regions) or [ASSUMED_REGION]
    booked = [book.price(price.model, price.offer, day, region) for region in regions]
    other = [each for each in booked if each is None or not _same(price, each)]
    return Difference(price, other[0]) if other else None


def _about(price: ListPrice) -> tuple[object, ...]:
    return price.model, price.offer, price.regions


def _same(one: ListPrice, other: ListPrice) -> bool:
    bounds = {band.above_tokens for price in (one, other) for band in price.bands}
    return one.ptu_hour_usd == other.ptu_hour_usd and all(
        _charged(one, bound, meter) == _charged(other, bound, meter)
        for bound in bounds
        for meter in _COMPARED
    )


def _charged(price: ListPrice, bound: int, meter: Meter) -> Decimal | None:
    band = price.band(bound + 1)
    return None if band is None else band.rate(meter)


def _rates(price: ListPrice | None) -> str:
    if price is None:
        return "unpriced"
    if price.ptu_hour_usd is not None:
        return f"{usd_text(price.ptu_hour_usd)} an hour and PTU"
    return "; ".join(
        (f"above {band.above_tokens:,}: " if band.above_tokens else "")
        + " ".join(f"{meter} {usd_text(usd)}" for meter, usd in band.usd_per_million.items())
        for band in price.bands
    )


def _regions(price: ListPrice) -> str:
    names = sorted(price.regions)
    return (
        ", ".join(names) if len(names) <= 3 else f"{', '.join(names[:2])} and {len(names) - 2} more"
    )
