"""What a provisioned throughput unit costs where it is reserved for a month or a year.

A reservation is billed for its whole term, used or not. It covers deployments of its geography and
region in its scope, whatever model they serve, and does not guarantee capacity. Data zone and
regional prices are those of US regions; elsewhere they are not known, and so unpriced.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from shared.domain.price.offer import Geography
from shared.domain.price.region import is_us

SOURCE = "Azure Retail Prices API, Azure AI Foundry Provisioned Throughput Reservation, eastus2"
READ_ON = date(2026, 10, 9)


class Term(StrEnum):
    """How long a reservation runs."""

    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class ReservationPrice:
    """The price of one PTU for a whole term.

    Attributes:
        geography: which deployments it covers.
        term: how long it runs.
        usd: US dollars for the term.
    """

    geography: Geography
    term: Term
    usd: Decimal


_PRICES = tuple(
    ReservationPrice(geography, term, Decimal(usd))
    for geography, term, usd in (
        (Geography.GLOBAL, Term.MONTH, 260),
        (Geography.GLOBAL, Term.YEAR, 2_652),
        (Geography.DATA_ZONE, Term.MONTH, 286),
        (Geography.DATA_ZONE, Term.YEAR, 2_916),
        (Geography.REGIONAL, Term.MONTH, 286),
        (Geography.REGIONAL, Term.YEAR, 2_916),
    )
)


def reservation_price(
    geography: Geography, term: Term, region: str = ""
) -> ReservationPrice | None:
    """Return what a PTU costs for a term.

    Args:
        geography: which deployments it is to cover.
        term: how long it runs.
        region: Azure's name, as `eastus2`; empty where it is not told, which counts as the US.

    Returns:
        The price; None where nobody states it.
    """
    if geography is not Geography.GLOBAL and region and not is_us(region):
        return None
    return next(
        (each for each in _PRICES if (each.geography, each.term) == (geography, term)), None
    )
