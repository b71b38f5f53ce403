"""Bodies ready to be posted, with batch ids that depend on nothing but their content.

A digest of the content stands in the id: the same seed and period give the same id, so posting
twice stores once, and no id is ever used for two contents.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import msgspec

from tools.simulator.columns import Columns, length, records


@dataclass(frozen=True, slots=True)
class Post:
    """One HTTP request to the app.

    Attributes:
        path: the route.
        batch_id: the id inside the body that makes sending it again safe.
        body: JSON.
        records: how many records it holds.
    """

    path: str
    batch_id: str
    body: bytes
    records: int


def post(path: str, content: dict[str, Any], *, records: int = 1) -> Post:
    """Return a post of the content with a batch id added."""
    digest = hashlib.blake2b(msgspec.json.encode(content), digest_size=12).hexdigest()
    batch_id = f"sim-{digest}"
    body = msgspec.json.encode({"batch_id": batch_id, **content})
    return Post(path, batch_id, body, records)


def request_posts(columns: Columns, *, batch_size: int) -> Iterator[Post]:
    """Yield the requests in their order, `batch_size` (1 to 5,000) to a post."""
    for first in range(0, length(columns), batch_size):
        batch = records(columns, first, first + batch_size)
        yield post("/api/v1/requests", {"requests": batch}, records=len(batch))
