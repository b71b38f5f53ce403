"""Prices, deployments and names of models, put together for whoever has to price something.

Three sources, the weakest first: what genai-prices publishes, our own dated table of what Azure
states, and what `PUT /prices/{model}` put into the book. The first two come with the app.
"""

import asyncio
from collections.abc import Callable, Sequence

import msgspec

from shared.domain.deployment.deployment import QuotaBook, quota_book
from shared.domain.deployment.view import DeploymentHistory
from shared.domain.price.model_name import model_names
from shared.domain.price.price_book import price_book
from shared.domain.price.price_entry import PriceRecord, listed, retirements
from shared.domain.price.pricing import Pricing
from shared.domain.price.published import PublishedPrices
from shared.services.deployment_store import COLLECTION as DEPLOYMENTS
from shared.services.ports import Document, Documents

COLLECTION = "prices"

_record = msgspec.json.Decoder(PriceRecord).decode
_history = msgspec.json.Decoder(DeploymentHistory).decode


type _Version = tuple[tuple[str, str | None], ...]


class PricingLoader:
    """Loads prices for one request or timer run; built anew only where something was stored."""

    def __init__(self, documents: Documents, published: Callable[[], PublishedPrices]) -> None:
        """Read stored prices and deployments from documents; `published` may take its time."""
        self._documents = documents
        self._published = published
        self._known: PublishedPrices | None = None
        self._built: tuple[_Version, Pricing] | None = None
        self._book: tuple[_Version, QuotaBook] | None = None

    async def __call__(self) -> Pricing:
        """Return the pricing as stored at this moment."""
        prices, deployments = await asyncio.gather(
            self._documents.list(COLLECTION), self._documents.list(DEPLOYMENTS)
        )
        version = _version([*prices, *deployments])
        if self._built is None or self._built[0] != version:
            if self._known is None:
                self._known = await asyncio.to_thread(self._published)
            self._built = version, pricing_of(self._known, prices, deployments)
        return self._built[1]

    async def deployments(self) -> QuotaBook:
        """Return what is known of deployments at this moment, without any price."""
        stored = await self._documents.list(DEPLOYMENTS)
        version = _version(stored)
        if self._book is None or self._book[0] != version:
            self._book = version, _book_of(stored)
        return self._book[1]


def pricing_of(
    published: PublishedPrices, prices: Sequence[Document], deployments: Sequence[Document]
) -> Pricing:
    """Return published and stored prices, and stored deployments, as one."""
    records = [_record(document.body) for document in prices]
    return Pricing(
        price_book(*published.layers, listed(records)),
        _book_of(deployments),
        model_names({**published.spellings, **{each.model: each.model for each in records}}),
        retirements(records),
    )


def _book_of(deployments: Sequence[Document]) -> QuotaBook:
    stored = [_history(document.body) for document in deployments]
    return quota_book((each.name, config) for each in stored for config in each.configs)


def _version(documents: Sequence[Document]) -> _Version:
    return tuple((each.key, each.etag) for each in documents)
