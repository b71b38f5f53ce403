"""Every list price known, asked by model, offer and day."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from shared.domain.price.list_price import ListPrice
from shared.domain.price.offer import Billing, Offer

EVERY_MODEL = "*"
"""The model of prices that do not depend on it: a PTU hour costs the same whatever it serves."""


@dataclass(frozen=True, slots=True)
class PriceBook:
    """Prices by model and offer, oldest first.

    Attributes:
        dated: (canonical model, offer) -> its prices in order of `effective_from`.
    """

    dated: Mapping[tuple[str, Offer], tuple[ListPrice, ...]] = field(default_factory=dict)

    def price(self, model: str, offer: Offer, day: date) -> ListPrice | None:
        """Return the price in force on a UTC day.

        Args:
            model: canonical name.
            offer: how it is sold.
            day: the UTC day.

        Returns:
            The price; None where it is unpriced: never another model's or another offer's. Capacity
            is priced for every model alike, unless a price names the model.
        """
        for named in self._named(model, offer):
            in_force = None
            for price in self.dated[named, offer]:
                if price.effective_from <= day:
                    in_force = price
            if in_force is not None:
                return in_force
        return None

    def knows(self, model: str, offer: Offer) -> bool:
        """Return whether there is a price on any day."""
        return bool(self._named(model, offer))

    def _named(self, model: str, offer: Offer) -> list[str]:
        asked = [model, EVERY_MODEL] if offer.billing is Billing.PROVISIONED else [model]
        return [each for each in asked if (each, offer) in self.dated]


def price_book(*layers: Iterable[ListPrice]) -> PriceBook:
    """Return the book of prices in layers, weakest first.

    Where a stronger layer has a price of a model and offer in force, weaker ones are not asked,
    whatever their dates. Of two in one layer for the same day the later one counts.
    """
    dated: dict[tuple[str, Offer], dict[date, ListPrice]] = {}
    for layer in layers:
        found: dict[tuple[str, Offer], dict[date, ListPrice]] = {}
        for price in layer:
            found.setdefault((price.model, price.offer), {})[price.effective_from] = price
        for key, stronger in found.items():
            first = min(stronger)
            weaker = dated.get(key, {})
            dated[key] = {day: each for day, each in weaker.items() if day < first} | stronger
    return PriceBook({key: tuple(each[day] for day in sorted(each)) for key, each in dated.items()})
