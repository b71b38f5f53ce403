"""Prices in the book of a monitor under test."""

from datetime import UTC, date, datetime
from decimal import Decimal

import msgspec

from shared.domain.price.price_entry import BandRates, PriceEntry, PriceRecord
from shared.services.ports import Document, Documents

RECORDED = datetime(2026, 11, 1, tzinfo=UTC)


def entry(
    rates: str, since: date | None = None, deployment_type: str = "GlobalStandard"
) -> PriceEntry:
    """Return a price: input, cached input and output a million tokens."""
    sent, cached, made = map(Decimal, rates.split())
    return PriceEntry(
        deployment_type=deployment_type,
        service_tier="standard",
        effective_from=since,
        bands=(BandRates(input=sent, cached_input=cached, output=made),),
        ptu_hour=None,
        retires_on=None,
        source="agreed for the test",
        by="test",
        recorded_at=RECORDED,
    )


async def put_prices(documents: Documents, model: str, *entries: PriceEntry) -> None:
    """Set all that is said of a model's prices."""
    stored = await documents.get("prices", model)
    body = msgspec.json.encode(PriceRecord(model, entries))
    await documents.put("prices", Document(model, body, stored.etag if stored else None))
