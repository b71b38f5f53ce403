"""Where budgets are kept: a JSON document each, with its ETag."""

import msgspec

from shared.domain.budget.budget import Budget
from shared.services.ports import Document, Documents

COLLECTION = "budgets"
_decode = msgspec.json.Decoder(Budget).decode


async def load_budgets(documents: Documents) -> dict[str, Budget]:
    """Return every budget by name."""
    return {each.key: budget_of(each) for each in await documents.list(COLLECTION)}


def budget_of(document: Document) -> Budget:
    """Return a stored budget."""
    return _decode(document.body)


def document_of(budget: Budget, stored: Document | None) -> Document:
    """Return what stores a budget in place of `stored`."""
    etag = stored.etag if stored else None
    return Document(budget.name, msgspec.json.encode(budget), etag)
