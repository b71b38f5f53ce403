"""A price that somebody put into the book, as it is stored: kept for good, never edited.

A correction is another entry for the same offer and first day, recorded later; taking a price back
is an entry too. So what held when, by whose word, can always be told.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal

import msgspec

from shared.domain.price.list_price import ContextBand, ListPrice, Meter
from shared.domain.price.offer import ASSUMED, Offer, Tier, offer_of, tier_of
from shared.domain.price.retirement import RETIREMENTS, Retirement

AZURE = "azure"
"""The provider of every price: what Azure sells."""


class Rates(msgspec.Struct, frozen=True, omit_defaults=True):
    """US dollars a million tokens by meter; None where nobody states it."""

    input: Decimal | None = None
    cached_input: Decimal | None = None
    cache_write: Decimal | None = None
    output: Decimal | None = None
    audio_input: Decimal | None = None
    audio_output: Decimal | None = None
    image_input: Decimal | None = None
    image_output: Decimal | None = None
    other: Decimal | None = None

    def stated(self) -> dict[Meter, Decimal]:
        """Return the rates that are stated."""
        rates = {meter: getattr(self, meter.value) for meter in Meter}
        return {meter: rate for meter, rate in rates.items() if rate is not None}


class BandRates(Rates, frozen=True, omit_defaults=True):
    """Rates of requests whose input is longer than a bound."""

    above_tokens: int = 0


class PriceEntry(msgspec.Struct, frozen=True):
    """One word about a price.

    Attributes:
        deployment_type: as Azure names it.
        service_tier: standard, flex or priority.
        effective_from: the first UTC day it holds; None: since ever.
        bands: rates by length of the input, shortest first; empty where capacity is sold.
        ptu_hour: US dollars an hour and PTU; None where tokens are sold.
        regions: where it holds; empty: wherever no price names the region.
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
    provider: str = AZURE
    regions: tuple[str, ...] = ()
    withdrawn: bool = False

    @property
    def offer(self) -> Offer:
        """Return what the price is of."""
        sold = offer_of(self.deployment_type) or ASSUMED
        return sold._replace(tier=tier_of(self.service_tier) or Tier.STANDARD)

    @property
    def about(self) -> tuple[Offer, tuple[str, ...], date | None]:
        """Return what it is the word on: of two about the same, the later one counts."""
        return self.offer, self.regions, self.effective_from

    @property
    def says(self) -> "PriceEntry":
        """Return it without who said it and when."""
        return msgspec.structs.replace(self, by="", recorded_at=datetime.min.replace(tzinfo=UTC))


class PriceRecord(msgspec.Struct, frozen=True):
    """Everything ever put in about one model, in the order it was recorded."""

    model: str
    entries: tuple[PriceEntry, ...] = ()


def in_force(record: PriceRecord) -> list[PriceEntry]:
    """Return the last word on everything, but what was taken back."""
    last = {each.about: each for each in record.entries}
    return [each for each in last.values() if not each.withdrawn]


def retirements(records: Iterable[PriceRecord]) -> dict[str, Retirement]:
    """Return when models retire by what was put last, over what the schedule says."""
    found = dict(RETIREMENTS)
    for record in records:
        stated = [each for each in in_force(record) if each.retires_on is not None]
        for entry in sorted(stated, key=lambda each: each.recorded_at):
            scheduled = RETIREMENTS.get(record.model)
            found[record.model] = Retirement(
                record.model,
                entry.retires_on or date.max,
                scheduled.successors if scheduled else (),
                entry.source,
                entry.recorded_at.date(),
            )
    return found


def listed(records: Iterable[PriceRecord]) -> list[ListPrice]:
    """Return what records say as list prices."""
    return [
        ListPrice(
            model=record.model,
            offer=entry.offer,
            effective_from=entry.effective_from or date.min,
            bands=tuple(ContextBand(each.above_tokens, each.stated()) for each in entry.bands),
            ptu_hour_usd=entry.ptu_hour,
            regions=frozenset(entry.regions),
            source=entry.source,
            source_date=entry.recorded_at.date(),
        )
        for record in records
        for entry in in_force(record)
        if entry.bands or entry.ptu_hour is not None
    ]
