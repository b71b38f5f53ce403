"""Loading what prices hang on: published, our own, put by hand."""

from datetime import UTC, date, datetime
from decimal import Decimal

import msgspec
import pytest

from shared.adapters.creating_tables import CreatingTables
from shared.adapters.document_store import DocumentStore
from shared.adapters.memory import MemoryTables
from shared.domain.deployment.deployment import DeploymentConfig
from shared.domain.deployment.view import DeploymentHistory
from shared.domain.price.list_price import ContextBand, ListPrice, Meter
from shared.domain.price.offer import Geography, Offer
from shared.domain.price.price_entry import BandRates, PriceEntry, PriceRecord
from shared.domain.price.published import PublishedPrices
from shared.services.ports import Document, Documents
from shared.services.pricing import PricingLoader

DAY = date(2026, 11, 23)
GLOBAL = Offer(Geography.GLOBAL)


def published() -> PublishedPrices:
    bands = (ContextBand(0, {Meter.INPUT: Decimal(2)}),)
    price = ListPrice(model="gpt-4o", offer=GLOBAL, effective_from=date.min, bands=bands)
    return PublishedPrices(((price,),), {"gpt-4o": "gpt-4o"})


def entry(usd: str, since: date | None = None, *, withdrawn: bool = False) -> PriceEntry:
    return PriceEntry(
        deployment_type="GlobalStandard",
        service_tier="standard",
        effective_from=since,
        bands=(BandRates(input=Decimal(usd)),),
        ptu_hour=None,
        retires_on=None,
        source="contract 4711",
        by="jo",
        recorded_at=datetime(2026, 11, 20, tzinfo=UTC),
        withdrawn=withdrawn,
    )


async def store(documents: Documents, collection: str, key: str, value: object) -> None:
    stored = await documents.get(collection, key)
    body = msgspec.json.encode(value)
    await documents.put(collection, Document(key, body, stored.etag if stored else None))


@pytest.fixture
def documents() -> Documents:
    return DocumentStore(CreatingTables(MemoryTables()))


async def usd(load: PricingLoader, model: str = "gpt-4o", day: date = DAY) -> Decimal | None:
    price = (await load()).resolve(model=model, day=day).price
    return price.bands[0].rate(Meter.INPUT) if price else None


async def test_a_price_put_by_hand_outranks_a_published_one(documents: Documents) -> None:
    load = PricingLoader(documents, published)
    assert await usd(load) == Decimal(2)
    since = date(2026, 11, 20)
    await store(documents, "prices", "gpt-4o", PriceRecord("gpt-4o", (entry("1", since),)))
    assert [await usd(load, day=date(2026, 11, each)) for each in (19, 20)] == [2, 1]


async def test_the_last_word_counts_and_can_be_taken_back(documents: Documents) -> None:
    load = PricingLoader(documents, published)
    entries = [entry("1"), entry("3")]
    await store(documents, "prices", "gpt-4o", PriceRecord("gpt-4o", tuple(entries)))
    assert await usd(load) == Decimal(3)
    entries.append(entry("3", withdrawn=True))
    await store(documents, "prices", "gpt-4o", PriceRecord("gpt-4o", tuple(entries)))
    assert await usd(load) == Decimal(2)


async def test_a_model_that_nobody_publishes_is_known_by_its_price(documents: Documents) -> None:
    load = PricingLoader(documents, published)
    await store(documents, "prices", "acme-1", PriceRecord("acme-1", (entry("7"),)))
    assert await usd(load, "ACME-1") == Decimal(7)


async def test_a_stored_deployment_is_seen_at_the_next_load(documents: Documents) -> None:
    load = PricingLoader(documents, published)
    assert (await load()).resolve(model="chat", deployment="chat", day=DAY).price is None
    config = DeploymentConfig(model="gpt-4o", type="GlobalStandard")
    await store(documents, "deployments", "|chat", DeploymentHistory("chat", "", (config,)))
    assert (await load()).resolve(model="chat", deployment="chat", day=DAY).model == "gpt-4o"


async def test_nothing_is_built_anew_while_nothing_is_stored(documents: Documents) -> None:
    load = PricingLoader(documents, published)
    first = await load()
    assert await load() is first
