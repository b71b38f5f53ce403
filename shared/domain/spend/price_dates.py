"""The days ahead on which prices, or how deployments are sold, are known to change."""

from datetime import date

from shared.domain.price.pricing import Pricing


def price_dates(pricing: Pricing, first: date, end: date) -> list[date]:
    """Return the days within (first, end) from which on anything is priced otherwise, ascending.

    Args:
        pricing: prices and deployments.
        first: the day whose prices are known to hold.
        end: the day after the last that is looked at.
    """
    priced = (price.effective_from for price in pricing.book.prices())
    sold = (
        config.effective_from.date()
        for configs in pricing.deployments.dated.values()
        for config in configs
        if config.effective_from is not None
    )
    return sorted({day for day in (*priced, *sold) if first < day < end})
