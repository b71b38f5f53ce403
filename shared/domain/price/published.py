"""What comes with the app: list prices, and the names that models go by."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from shared.domain.price.list_price import ListPrice


@dataclass(frozen=True, slots=True)
class PublishedPrices:
    """Prices and names that somebody publishes.

    Attributes:
        layers: prices by who says so, the weakest first.
        spellings: every name of every model -> its canonical name.
    """

    layers: tuple[tuple[ListPrice, ...], ...] = ()
    spellings: Mapping[str, str] = field(default_factory=dict)
