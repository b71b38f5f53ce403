"""Every list price known, asked by model, offer, day and region."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from shared.domain.price.list_price import ListPrice
from shared.domain.price.offer import Billing, Offer
from shared.domain.price.region import ASSUMED_REGION

EVERY_MODEL = "*"
"""The model of prices that do not depend on it: a PTU hour costs the same whatever it serves."""

type Layer = Mapping[tuple[str, Offer], tuple[ListPrice, ...]]


@dataclass(frozen=True, slots=True)
class PriceBook:
    """Prices in layers, by who says so.

    Attributes:
        layers: strongest first; (canonical model, offer) -> prices in order of `effective_from`.
    """

    layers: tuple[Layer, ...] = ()

    def price(
        self, model: str, offer: Offer, day: date, region: str = ASSUMED_REGION
    ) -> ListPrice | None:
        """Return the price in force on a UTC day.

        Where a stronger layer has one, weaker layers are not asked, whatever their dates. Within a
        layer a price of the region goes before one that holds everywhere.

        Args:
            model: canonical name.
            offer: how it is sold.
            day: the UTC day.
            region: Azure's name, as `swedencentral`.

        Returns:
            The price; None where it is unpriced: never another model's, offer's or region's.
            Capacity is priced for every model alike, unless a price names the model.
        """
        for layer in self.layers:
            for name in _asked(model, offer):
                dated = layer.get((name, offer), ())
                there = [each for each in dated if region in each.regions]
                found = _in_force(there, day) or _in_force(
                    (each for each in dated if not each.regions), day
                )
                if found is not None:
                    return found
        return None

    def changes(self, model: str, offer: Offer) -> tuple[date, ...]:
        """Return the days on which a price may change, in order; the first is `date.min`."""
        names = _asked(model, offer)
        dated = (layer.get((name, offer), ()) for layer in self.layers for name in names)
        return tuple(
            sorted({date.min, *(each.effective_from for found in dated for each in found)})
        )

    def knows(self, model: str, offer: Offer) -> bool:
        """Return whether there is a price on any day, anywhere."""
        names = _asked(model, offer)
        return any((name, offer) in layer for layer in self.layers for name in names)

    def prices(self) -> Iterable[ListPrice]:
        """Return every price of every layer, weakest layer first."""
        return (
            each for layer in reversed(self.layers) for dated in layer.values() for each in dated
        )


def _asked(model: str, offer: Offer) -> tuple[str, ...]:
    return (model, EVERY_MODEL) if offer.billing is Billing.PROVISIONED else (model,)


def _in_force(dated: Iterable[ListPrice], day: date) -> ListPrice | None:
    found = None
    for price in dated:
        if price.effective_from <= day:
            found = price
    return found


def price_book(*layers: Iterable[ListPrice]) -> PriceBook:
    """Return the book of prices in layers, weakest first.

    Of two in one layer for the same model, offer, regions and day the later one counts.
    """
    return PriceBook(tuple(_layer(prices) for prices in reversed(layers)))


def _layer(prices: Iterable[ListPrice]) -> Layer:
    last = {(each.model, each.offer, each.regions, each.effective_from): each for each in prices}
    found: dict[tuple[str, Offer], list[ListPrice]] = {}
    for price in sorted(last.values(), key=lambda each: each.effective_from):
        found.setdefault((price.model, price.offer), []).append(price)
    return {key: tuple(dated) for key, dated in found.items()}
