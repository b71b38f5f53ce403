"""Where a way of paying is offered: model, offer and region, from a day on, as a source says.

What is not in the table is not known to be offered, and so is not offered to anybody.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from shared.domain.price.offer import Offer
from shared.domain.price.region import region_name


@dataclass(frozen=True, slots=True, kw_only=True)
class Offering:
    """A row of the table.

    Attributes:
        model: canonical name.
        offer: what is sold.
        regions: where; None in all of them.
        since: the first day that it is known of.
        source: who says so.
    """

    model: str
    offer: Offer
    regions: frozenset[str] | None
    since: date
    source: str


@dataclass(frozen=True, slots=True)
class Offerings:
    """All that is known to be offered."""

    rows: tuple[Offering, ...] = ()

    def find(self, model: str, offer: Offer, region: str, day: date) -> Offering | None:
        """Return the row that says that something is offered.

        Args:
            model: canonical name.
            offer: what is asked for.
            region: of the deployment; empty where unknown: then anywhere will do.
            day: the UTC day.

        Returns:
            The row; None where nobody says so.
        """
        named = region_name(region)
        for row in self.rows:
            if (row.model, row.offer) != (model, offer) or row.since > day:
                continue
            if row.regions is None or not named or named in row.regions:
                return row
        return None


def offered(
    models: Iterable[str],
    offer: Offer,
    regions: Iterable[str] | None,
    *,
    since: date,
    source: str,
) -> tuple[Offering, ...]:
    """Return rows for models that are offered alike."""
    where = None if regions is None else frozenset(regions)
    return tuple(
        Offering(model=model, offer=offer, regions=where, since=since, source=source)
        for model in models
    )
