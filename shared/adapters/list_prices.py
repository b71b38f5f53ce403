"""List prices as the package genai-prices knows them, for what Azure sells.

Read once, when first asked: importing the package takes a tenth of a second. Its data lies in the
package; nothing is fetched over the network. It has few entries for Azure and points to the makers
of the models for the others; taken are the makers whose list prices Azure's Global offers share,
and the source says whose price it is (decision 0021). Makers' own tiers and batch prices are not
taken: Azure has its own.
"""

import re
from collections.abc import Collection, Iterator
from datetime import UTC, date, datetime, time
from decimal import Decimal
from functools import cache
from importlib.metadata import version
from typing import TYPE_CHECKING

from shared.adapters.azure_price_table import azure_prices
from shared.domain.price.list_price import ContextBand, ListPrice, Meter
from shared.domain.price.offer import ASSUMED
from shared.domain.price.price_book import EVERY_MODEL
from shared.domain.price.published import PublishedPrices

if TYPE_CHECKING:
    from genai_prices.types import ModelInfo, ModelPrice, TieredPrices

PACKAGE = "genai-prices"
# The day that its release was published; a test holds it against the one that is installed.
RELEASED = {"0.2.3": date(2026, 11, 10)}
_PROVIDERS = ("azure", "openai", "anthropic")
# Azure's entries of these names mix models of 2023 up; all of them are gone.
_LEGACY = ("ada", "babbage", "curie", "davinci")
# Copied from resellers, not from the maker or Azure.
_COPIED = "OpenRouter"
_METERS = {
    "input_mtok": Meter.INPUT,
    "cache_read_mtok": Meter.CACHED_INPUT,
    "cache_write_mtok": Meter.CACHE_WRITE,
    "output_mtok": Meter.OUTPUT,
    "input_audio_mtok": Meter.AUDIO_INPUT,
    "output_audio_mtok": Meter.AUDIO_OUTPUT,
    "input_image_mtok": Meter.IMAGE_INPUT,
    "output_image_mtok": Meter.IMAGE_OUTPUT,
}
# No timestamp is older; a price that began before it holds since ever.
_EPOCH = date(1970, 1, 1)
_MOVING = re.compile(r"-latest$|-\d{4}-\d{2}-\d{2}$")


@cache
def published_prices() -> PublishedPrices:
    """Return the prices that come with the app: of genai-prices, and of our own table over them."""
    makers, spellings = _makers_prices()
    azure = azure_prices()
    own = {each.model: each.model for each in azure if each.model != EVERY_MODEL}
    return PublishedPrices((makers, azure), own | spellings)


def _makers_prices() -> tuple[tuple[ListPrice, ...], dict[str, str]]:
    """Return what genai-prices knows of the models that Azure sells, and their spellings."""
    from genai_prices.data import providers

    release = version(PACKAGE)
    by_id = {provider.id: provider for provider in providers}
    prices: dict[str, list[ListPrice]] = {}
    spellings: dict[str, str] = {}
    for maker in _PROVIDERS:
        source = f"{PACKAGE} {release} ({maker})"
        for model in by_id[maker].models:
            spelled = _spelled(model)
            if not spelled or (maker == "azure" and model.id in _LEGACY):
                continue
            name = _canonical(model.id, spelled)
            spellings |= {each: name for each in spelled if each not in spellings}
            if name not in prices and (dated := _dated(model)):
                prices[name] = [
                    ListPrice(
                        model=name,
                        offer=ASSUMED,
                        effective_from=day,
                        bands=bands,
                        source=source,
                        source_date=RELEASED.get(release),
                    )
                    for day, bands in dated.items()
                ]
    return tuple(each for dated in prices.values() for each in dated), spellings


def _spelled(model: "ModelInfo") -> list[str]:
    """Return a model's spellings, its own id among them; none where its price is not its maker's.

    Only whole names are taken: a clause as "contains o4-mini" would take in whatever resembles it.
    """
    if _COPIED in (model.price_comments or ""):
        return []
    clauses = getattr(model.match, "or_", [model.match])
    literals = (
        getattr(clause, word, "")
        for clause in clauses
        for word in ("equals", "starts_with", "contains")
    )
    found = {each.rstrip("-@").lower() for each in literals if each}
    if model.is_match(model.id):
        found.add(model.id.lower())
    return sorted(found)


def _canonical(identity: str, spelled: Collection[str]) -> str:
    """Return the name without what moves or dates it, where that is one of its spellings."""
    short = _MOVING.sub("", identity.lower())
    return short if short in spelled else identity.lower()


def _dated(model: "ModelInfo") -> dict[date, tuple[ContextBand, ...]]:
    """Return first day -> rates; none where they hang on the time of day, or nobody states them."""
    prices = model.prices if isinstance(model.prices, list) else []
    constraints = [each.constraint for each in prices if each.constraint]
    starts = [getattr(each, "start_date", None) for each in constraints]
    if None in starts:
        return {}
    found: dict[date, tuple[ContextBand, ...]] = {}
    for day in sorted({date.min, *(day for day in starts if day is not None)}):
        moment = datetime.combine(max(day, _EPOCH), time.min, UTC)
        found[day] = tuple(_bands(model.get_prices(moment)))
    return {day: bands for day, bands in found.items() if bands}


def _bands(price: "ModelPrice") -> Iterator[ContextBand]:
    rates = {
        meter: rate
        for key, meter in _METERS.items()
        if (rate := getattr(price, key, None)) is not None
    }
    starts = {tier.start for rate in rates.values() for tier in getattr(rate, "tiers", ())}
    for bound in sorted({0, *starts} if rates else ()):
        yield ContextBand(bound, {meter: _rate(rate, bound) for meter, rate in rates.items()})


def _rate(rate: "Decimal | TieredPrices", bound: int) -> Decimal:
    """Return a meter's US dollars a million of requests longer than a bound."""
    if isinstance(rate, Decimal):
        return rate
    reached = [tier.price for tier in rate.tiers if tier.start <= bound]
    return reached[-1] if reached else rate.base
