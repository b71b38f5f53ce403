"""A price as people see it, and the history of what was put into the book."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

import msgspec
from msgspec import UNSET, UnsetType

from shared.domain.price.list_price import ListPrice, Meter
from shared.domain.price.money import usd_text
from shared.domain.price.offer import Offer, type_name
from shared.domain.price.price_entry import AZURE, PriceEntry, PriceRecord


class RateTexts(msgspec.Struct, frozen=True, kw_only=True):
    """US dollars a million tokens by meter, null where nobody states it."""

    input: str | None = None
    cached_input: str | None = None
    cache_write: str | None = None
    output: str | None = None
    audio_input: str | None = None
    audio_output: str | None = None
    image_input: str | None = None
    image_output: str | None = None
    other: str | None = None


class BandView(RateTexts, frozen=True, kw_only=True):
    """Rates of requests whose input is longer than a bound."""

    above_tokens: int


class PriceView(RateTexts, frozen=True, kw_only=True):
    """A price of one way to buy a model.

    Attributes:
        provider: always `azure`.
        effective_from: the first UTC day it holds; null: since ever.
        context_bands: rates of longer requests.
        ptu_hour: US dollars an hour and PTU; null where tokens are sold.
        regions: where it holds; empty: wherever no price names the region.
        retires_on: the day the model stops answering; null where nobody says.
        source: who says so; empty where there is no price.
        source_date: the day that was read or put.
    """

    model: str
    provider: str = AZURE
    deployment_type: str
    service_tier: str
    effective_from: date | None = None
    context_bands: list[BandView] = []
    ptu_hour: str | None = None
    regions: list[str] = []
    retires_on: date | None = None
    source: str = ""
    source_date: date | None = None


class PutView(PriceView, frozen=True, kw_only=True):
    """A price that was put here, or taken back."""

    by: str
    recorded_at: datetime
    withdrawn: bool


class ModelPrice(PriceView, frozen=True, kw_only=True):
    """What a model costs the way that was asked for, and every other way.

    Attributes:
        prices: every way it is sold and priced on that day.
        history: everything put here, in the order it came; the last word counts.
        unknown_fields: of the body that was put; absent where there are none.
    """

    prices: list[PriceView]
    history: list[PutView]
    unknown_fields: dict[str, int] | UnsetType = UNSET


class PricePage(msgspec.Struct, frozen=True):
    """A part of the list of prices.

    Attributes:
        prices: by model and way to buy it.
        next: where the rest begins; None where this is all.
    """

    prices: list[PriceView]
    next: str | None


def price_view(price: ListPrice, retires_on: date | None) -> PriceView:
    """Return a list price as people see it."""
    first, *longer = price.bands or (None,)
    return PriceView(
        model=price.model,
        deployment_type=type_name(price.offer),
        service_tier=price.offer.tier.value,
        effective_from=_first_day(price.effective_from),
        context_bands=[
            BandView(above_tokens=each.above_tokens, **_texts(each.usd_per_million))
            for each in longer
            if each is not None
        ],
        ptu_hour=None if price.ptu_hour_usd is None else usd_text(price.ptu_hour_usd),
        regions=sorted(price.regions),
        retires_on=retires_on,
        source=price.source,
        source_date=price.source_date,
        **_texts(first.usd_per_million if first else {}),
    )


def put_views(record: PriceRecord) -> list[PutView]:
    """Return everything put about a model, in the order it came."""
    return [_put_view(record.model, entry) for entry in record.entries]


def model_price(
    model: str, offer: Offer, prices: list[PriceView], record: PriceRecord
) -> ModelPrice:
    """Return what a model costs.

    Args:
        model: canonical name.
        offer: the way that was asked for.
        prices: every way it is priced, the one asked for among them where it is.
        record: what was put about it.
    """
    asked = (type_name(offer), offer.tier.value)
    view = next(
        (each for each in prices if (each.deployment_type, each.service_tier) == asked), None
    )
    blank = PriceView(model=model, deployment_type=asked[0], service_tier=asked[1])
    fields = msgspec.structs.asdict(view or blank)
    return ModelPrice(**fields, prices=prices, history=put_views(record))


def _put_view(model: str, entry: PriceEntry) -> PutView:
    first, *longer = entry.bands or (None,)
    return PutView(
        model=model,
        deployment_type=type_name(entry.offer),
        service_tier=entry.service_tier,
        effective_from=entry.effective_from,
        context_bands=[
            BandView(above_tokens=each.above_tokens, **_texts(each.stated()))
            for each in longer
            if each is not None
        ],
        ptu_hour=None if entry.ptu_hour is None else usd_text(entry.ptu_hour),
        regions=list(entry.regions),
        retires_on=entry.retires_on,
        source=entry.source,
        source_date=entry.recorded_at.date(),
        by=entry.by,
        recorded_at=entry.recorded_at,
        withdrawn=entry.withdrawn,
        **_texts(first.stated() if first else {}),
    )


def _texts(rates: Mapping[Meter, Decimal]) -> dict[str, str]:
    return {meter.value: usd_text(rate) for meter, rate in rates.items()}


def _first_day(day: date) -> date | None:
    return None if day == date.min else day
