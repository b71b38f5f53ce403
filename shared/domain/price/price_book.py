"""Every list price known, asked by model, offer and day."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from shared.domain.price.list_price import ListPrice
from shared.domain.price.offer import Offer


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
            The price; None where it is unpriced: never another model's or another offer's.
        """
        in_force = None
        for price in self.dated.get((model, offer), ()):
            if price.effective_from <= day:
                in_force = price
        return in_force


def price_book(prices: Iterable[ListPrice]) -> PriceBook:
    """Return the book of prices; of two for the same model, offer and day the later one counts."""
    found: dict[tuple[str, Offer], dict[date, ListPrice]] = {}
    for price in prices:
        found.setdefault((price.model, price.offer), {})[price.effective_from] = price
    return PriceBook(
        {key: tuple(dated[day] for day in sorted(dated)) for key, dated in found.items()}
    )
