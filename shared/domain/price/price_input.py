"""A price as clients put it, checked: decimal strings, dated, with rates by length of the input."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Annotated

import msgspec
from msgspec import Meta

from shared.domain.price.list_price import Meter
from shared.domain.price.money import checked_price, parse_day
from shared.domain.price.offer import Billing, Tier, asked_offer, asked_tier
from shared.domain.price.price_book import EVERY_MODEL
from shared.domain.price.price_entry import AZURE, BandRates, PriceEntry, Rates
from shared.domain.price.region import region_name
from shared.domain.record.object_decoding import ObjectDecoder, refused
from shared.domain.record.request import Name
from shared.errors import Fault, InvalidInput

# What Azure and the GenAI conventions call it; the maker of a model that Azure sells is told apart
# by the model alone.
PROVIDERS = (AZURE, "azure.ai.openai", "azure.ai.inference", "az.ai.openai", "az.ai.inference")
# Fields of an answer that a changed one may be put back with.
_ANSWERED = ("model", "source_date", "prices", "history")


class PriceBody(Rates, frozen=True, kw_only=True):
    """What to put into the book.

    Attributes:
        deployment_type: as Azure names it.
        service_tier: standard, flex or priority.
        effective_from: the first UTC day it holds; absent: since ever.
        context_bands: rates of longer requests, shortest first, all of their tokens.
        ptu_hour: US dollars an hour and PTU, of provisioned deployments.
        regions: where it holds; absent: wherever no price names the region.
        retires_on: the day the model stops answering.
        source: who says so.
        by: who puts it in.
    """

    provider: Name = AZURE
    deployment_type: Name = "GlobalStandard"
    service_tier: Annotated[str, Meta(max_length=256)] = "standard"
    effective_from: str | None = None
    context_bands: tuple[BandRates, ...] | None = None
    ptu_hour: Decimal | None = None
    regions: tuple[Name, ...] | None = None
    retires_on: str | None = None
    source: Name = "put by hand"
    by: Annotated[str, Meta(max_length=256)] = ""


_BODIES = ObjectDecoder(PriceBody)


def parse_price(
    model: str, body: bytes, *, strict: bool, now: datetime
) -> tuple[PriceEntry, dict[str, int]]:
    """Return a price as it is to be stored, and the body's unknown fields.

    Args:
        model: canonical name, or `*` for what holds for every model.
        body: the JSON as sent.
        strict: refuse unknown fields.
        now: when it was put, UTC.

    Raises:
        InvalidInput: malformed or contradictory, by field.
    """
    found, extra = _BODIES.decode(body, strict=False)
    unknown = {name: count for name, count in extra.items() if name not in _ANSWERED}
    if unknown and strict:
        raise refused([Fault(name, "unknown field") for name in unknown])
    check_provider(found.provider)
    tier, sold = asked_tier(found.service_tier), asked_offer(found.deployment_type)
    if tier is not Tier.STANDARD and sold.billing is not Billing.STANDARD:
        raise InvalidInput.at("service_tier", f"{found.deployment_type} has none but standard")
    provisioned = sold.billing is Billing.PROVISIONED
    if model == EVERY_MODEL and not provisioned:
        raise InvalidInput.at("deployment_type", "only capacity costs every model alike")
    bands = tuple(_bands(found))
    _check_what_is_sold(found, provisioned=provisioned)
    entry = PriceEntry(
        deployment_type=found.deployment_type,
        service_tier=tier.value,
        effective_from=parse_day("effective_from", found.effective_from),
        bands=bands,
        ptu_hour=None if found.ptu_hour is None else checked_price("ptu_hour", found.ptu_hour),
        retires_on=parse_day("retires_on", found.retires_on),
        source=found.source,
        by=found.by,
        recorded_at=now,
        regions=tuple(sorted({region_name(each) for each in found.regions or ()})),
    )
    return entry, unknown


def check_provider(provider: str) -> None:
    """Refuse a provider that is not Azure.

    Raises:
        InvalidInput: it is not.
    """
    if provider.lower() not in PROVIDERS:
        reason = f"expected {', '.join(PROVIDERS)}: the book is of what Azure sells"
        raise InvalidInput.at("provider", f"{reason}; got {provider!r:.60}")


def _check_what_is_sold(body: PriceBody, *, provisioned: bool) -> None:
    tokens = bool(body.stated() or body.context_bands)
    if provisioned and tokens:
        raise InvalidInput.at(
            "deployment_type", "provisioned deployments sell ptu_hour, not tokens"
        )
    if not provisioned and body.ptu_hour is not None:
        raise InvalidInput.at("ptu_hour", "only provisioned deployments sell capacity")
    if not tokens and body.ptu_hour is None and body.retires_on is None:
        missing = "ptu_hour" if provisioned else "input"
        raise InvalidInput.at(missing, "required, but missing")


def _bands(body: PriceBody) -> Iterator[BandRates]:
    """Return the rates by length of the input, those of any length first."""
    base, longer = body.stated(), body.context_bands or ()
    if not base and not longer:
        return
    if body.input is None:
        raise InvalidInput.at("input", "required, but missing")
    for meter, rate in base.items():
        checked_price(meter, rate)
    yield msgspec.convert({meter.value: rate for meter, rate in base.items()}, BandRates)
    shorter = 0
    for at, band in enumerate(longer):
        _check_band(f"context_bands[{at}]", band, base, shorter)
        shorter = band.above_tokens
        yield band


def _check_band(path: str, band: BandRates, base: Mapping[Meter, Decimal], shorter: int) -> None:
    if band.above_tokens <= shorter:
        reason = f"expected a number of tokens > {shorter}, got {band.above_tokens}"
        raise InvalidInput.at(f"{path}.above_tokens", reason)
    for meter, rate in band.stated().items():
        checked_price(f"{path}.{meter}", rate)
    for meter in sorted(set(base) - set(band.stated())):
        raise InvalidInput.at(f"{path}.{meter}", "required, as shorter requests have it")
