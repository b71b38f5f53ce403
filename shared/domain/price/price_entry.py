"""A price that somebody put into the book, as it is stored: kept for good, never edited.

A correction is another entry for the same offer and first day, recorded later; taking a price back
is an entry too. So what held when, by whose word, can always be told.
"""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal

import msgspec

from shared.domain.price.list_price import ContextBand, ListPrice, Meter
from shared.domain.price.offer import ASSUMED, Offer, Tier, offer_of, tier_of


class BandRates(msgspec.Struct, frozen=True, omit_defaults=True):
    """US dollars a million tokens by meter, of requests longer than a bound."""

    above_tokens: int = 0
    input: Decimal | None = None
    cached_input: Decimal | None = None
    cache_write: Decimal | None = None
    output: Decimal | None = None
    audio_input: Decimal | None = None
    audio_output: Decimal | None = None
    image_input: Decimal | None = None
    image_output: Decimal | None = None
    other: Decimal | None = None

    def band(self) -> ContextBand:
        """Return the rates that are stated."""
        stated = {meter: getattr(self, meter.value) for meter in Meter}
        return ContextBand(
            self.above_tokens, {meter: rate for meter, rate in stated.items() if rate is not None}
        )


class PriceEntry(msgspec.Struct, frozen=True):
    """One word about a price.

    Attributes:
        deployment_type: as Azure names it.
        service_tier: standard, flex or priority.
        effective_from: the first UTC day it holds; None: since ever.
        bands: rates by length of the input, shortest first; empty where capacity is sold.
        ptu_hour: US dollars an hour and PTU; None where tokens are sold.
        retires_on: the day the model stops answering; None where nobody said.
        source: who says so.
        by: who put it in; empty where nobody said.
        recorded_at: when it was put in, UTC.
        withdrawn: whether it takes back what was said for that offer and day.
    """

    deployment_type: str
    service_tier: str
    effective_from: date | None
    bands: tuple[BandRates, ...]
    ptu_hour: Decimal | None
    retires_on: date | None
    source: str
    by: str
    recorded_at: datetime
    withdrawn: bool = False

    @property
    def offer(self) -> Offer:
        """Return what the price is of."""
        sold = offer_of(self.deployment_type) or ASSUMED
        return sold._replace(tier=tier_of(self.service_tier) or Tier.STANDARD)


class PriceRecord(msgspec.Struct, frozen=True):
    """Everything ever put in about one model, in the order it was recorded."""

    model: str
    entries: tuple[PriceEntry, ...] = ()


def in_force(record: PriceRecord) -> list[PriceEntry]:
    """Return the last word for each offer and first day, but those that were taken back."""
    last = {(each.offer, each.effective_from): each for each in record.entries}
    return [each for each in last.values() if not each.withdrawn]


def listed(records: Iterable[PriceRecord]) -> list[ListPrice]:
    """Return what records say as list prices."""
    return [
        ListPrice(
            model=record.model,
            offer=entry.offer,
            effective_from=entry.effective_from or date.min,
            bands=tuple(rates.band() for rates in entry.bands),
            ptu_hour_usd=entry.ptu_hour,
            source=entry.source,
            source_date=entry.recorded_at.date(),
        )
        for record in records
        for entry in in_force(record)
    ]
