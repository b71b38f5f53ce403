"""The price book as clients ask and change it: what was put is kept for good, and dated."""

from dataclasses import dataclass
from datetime import date, datetime

import msgspec
from msgspec import UNSET

from shared.domain.price.offer import Offer
from shared.domain.price.price_book import EVERY_MODEL
from shared.domain.price.price_entry import PriceEntry, PriceRecord, in_force
from shared.domain.price.price_input import parse_price
from shared.domain.price.price_list import place, price_list
from shared.domain.price.price_view import ModelPrice, PricePage, PriceView, model_price, price_view
from shared.domain.price.pricing import Pricing
from shared.domain.record.checks import CONTROL
from shared.domain.record.decode_words import shortened
from shared.errors import InvalidInput, NotFound, Stale
from shared.services.ports import Document, Documents
from shared.services.pricing import COLLECTION, PricingLoader

_TRIES = 5
_MAX_NAME = 256
_record = msgspec.json.Decoder(PriceRecord).decode


@dataclass(frozen=True, slots=True)
class Way:
    """Which of a model's prices is meant.

    Attributes:
        offer: how it is sold; None for every way.
        effective_from: the first day of the price; None for every one.
    """

    offer: Offer | None = None
    effective_from: date | None = None


async def list_prices(
    day: date, offer: Offer | None, *, limit: int, after: str | None, load_pricing: PricingLoader
) -> PricePage:
    """Return the prices of a UTC day.

    Args:
        day: when.
        offer: of this way to buy models; None for every one.
        limit: how many at most.
        after: the `next` of an earlier answer, to go on from there; None begins.
        load_pricing: what is known of prices.
    """
    pricing = await load_pricing()
    found = [each for each in price_list(pricing.book, day) if offer in (None, each.offer)]
    left = [each for each in found if after is None or place(each) > after]
    page = left[:limit]
    shown = [price_view(each, pricing.retires_on(each.model)) for each in page]
    return PricePage(shown, place(page[-1]) if len(left) > limit else None)


async def get_price(
    model: str, offer: Offer, day: date, *, documents: Documents, load_pricing: PricingLoader
) -> ModelPrice:
    """Return what a model costs on a UTC day, and what was put about it.

    Raises:
        NotFound: nobody states any price of that name.
    """
    pricing = await load_pricing()
    name = EVERY_MODEL if model == EVERY_MODEL else pricing.names.find(model)
    if name is None:
        raise NotFound(f"model {model} is unpriced: nobody states a price of that name")
    stored = await documents.get(COLLECTION, name)
    record = _record(stored.body) if stored else PriceRecord(name)
    return model_price(name, offer, _views(name, pricing, day), record)


async def put_price(
    model: str,
    body: bytes,
    *,
    strict: bool,
    now: datetime,
    documents: Documents,
    load_pricing: PricingLoader,
) -> ModelPrice:
    """Put a price into the book; what it says again is not stored twice.

    Raises:
        InvalidInput: malformed, by field.
    """
    pricing = await load_pricing()
    name = _name(model, pricing)
    entry, unknown = parse_price(name, body, strict=strict, now=now)
    if entry.retires_on == pricing.retires_on(name):
        entry = msgspec.structs.replace(entry, retires_on=None)
    await _append(name, entry, documents)
    day = max(now.date(), entry.effective_from or date.min)
    shown = await get_price(name, entry.offer, day, documents=documents, load_pricing=load_pricing)
    return msgspec.structs.replace(shown, unknown_fields=unknown or UNSET)


async def delete_price(
    model: str,
    way: Way,
    by: str,
    *,
    now: datetime,
    documents: Documents,
    load_pricing: PricingLoader,
) -> None:
    """Take back what was put; the history keeps it, and what comes with the app holds again.

    Raises:
        NotFound: nothing of the kind was put.
        Stale: somebody else kept changing it.
    """
    name = _name(model, await load_pricing())
    for _ in range(_TRIES):
        stored = await documents.get(COLLECTION, name)
        record = _record(stored.body) if stored else PriceRecord(name)
        gone = [
            msgspec.structs.replace(each, withdrawn=True, by=by, recorded_at=now)
            for each in in_force(record)
            if way.offer in (None, each.offer) and way.effective_from in (None, each.effective_from)
        ]
        if not gone:
            raise NotFound(f"no price of model {name} was put here that matches")
        if await _stored(record, gone, stored, documents):
            return
    raise Stale(f"{name}: keeps changing")


async def _append(name: str, entry: PriceEntry, documents: Documents) -> None:
    """Store an entry that says something new; a day of retirement stays until it is changed."""
    for _ in range(_TRIES):
        stored = await documents.get(COLLECTION, name)
        record = _record(stored.body) if stored else PriceRecord(name)
        before = next((each for each in in_force(record) if each.about == entry.about), None)
        if before is not None and entry.retires_on is None:
            entry = msgspec.structs.replace(entry, retires_on=before.retires_on)
        if before is not None and before.says == entry.says:
            return
        if await _stored(record, [entry], stored, documents):
            return
    raise Stale(f"{name}: keeps changing")


async def _stored(
    record: PriceRecord, added: list[PriceEntry], stored: Document | None, documents: Documents
) -> bool:
    changed = PriceRecord(record.model, (*record.entries, *added))
    body = msgspec.json.encode(changed)
    try:
        await documents.put(
            COLLECTION, Document(record.model, body, stored.etag if stored else None)
        )
    except Stale:
        return False
    return True


def _views(model: str, pricing: Pricing, day: date) -> list[PriceView]:
    retires_on = pricing.retires_on(model)
    found = [each for each in price_list(pricing.book, day) if each.model == model]
    return [price_view(each, retires_on) for each in found]


def _name(model: str, pricing: Pricing) -> str:
    """Return the name that a model's prices are kept under."""
    if model == EVERY_MODEL:
        return EVERY_MODEL
    if not 0 < len(model) <= _MAX_NAME or CONTROL.search(model):
        reason = f"expected 1 to {_MAX_NAME} characters without control characters"
        raise InvalidInput.at("model", f"{reason}, got {shortened(repr(model))}")
    return pricing.names.find(model) or model.strip().lower()
