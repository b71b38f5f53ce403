"""Every price in force on a day, one for each way a model is sold."""

from collections.abc import Iterator
from datetime import date

from shared.domain.price.list_price import ListPrice
from shared.domain.price.offer import type_name
from shared.domain.price.price_book import PriceBook
from shared.domain.price.region import ASSUMED_REGION


def price_list(book: PriceBook, day: date) -> list[ListPrice]:
    """Return the prices of a UTC day, by model, way to buy it and region."""
    found = {place(price): price for price in _in_force(book, day)}
    return [found[each] for each in sorted(found)]


def place(price: ListPrice) -> str:
    """Return a price's place in the list: its text sorts as the list does."""
    offer = price.offer
    return "|".join((price.model, type_name(offer), offer.tier, ",".join(sorted(price.regions))))


def _in_force(book: PriceBook, day: date) -> Iterator[ListPrice]:
    for named in book.prices():
        region = min(named.regions, default=ASSUMED_REGION)
        price = book.price(named.model, named.offer, day, region)
        if price is not None:
            yield price
