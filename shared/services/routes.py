"""Routes: one list, stored as a whole."""

import msgspec

from shared.domain.notification.route import Route
from shared.domain.notification.route_input import parse_routes
from shared.services.channels import COLLECTION as CHANNELS
from shared.services.ports import Document, Documents

COLLECTION = "routes"
KEY = "routes"

_decode = msgspec.json.Decoder(tuple[Route, ...]).decode


async def load_routes(documents: Documents) -> tuple[Route, ...] | None:
    """Return the routes in order; None where nobody has ever put any."""
    stored = await documents.get(COLLECTION, KEY)
    return None if stored is None else _decode(stored.body)


async def put_routes(body: bytes, *, documents: Documents) -> tuple[Route, ...]:
    """Make a list of routes the only ones; return them.

    Raises:
        InvalidInput: malformed, or it names channels that do not exist, by field.
        Stale: somebody else changed the list at the same time.
    """
    known = {document.key for document in await documents.list(CHANNELS)}
    routes = parse_routes(body, channels=known)
    stored = await documents.get(COLLECTION, KEY)
    document = Document(KEY, msgspec.json.encode(routes), stored.etag if stored else None)
    await documents.put(COLLECTION, document)
    return routes
