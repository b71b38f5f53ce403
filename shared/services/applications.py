"""Applications: what they can bear, stored by name."""

import msgspec

from shared.domain.application import Application
from shared.errors import NotFound
from shared.services.ports import Document, Documents

COLLECTION = "applications"

_decode = msgspec.json.Decoder(Application).decode


async def load_applications(documents: Documents) -> dict[str, Application]:
    """Return every application that something is known of, by name."""
    stored = [_decode(document.body) for document in await documents.list(COLLECTION)]
    return {each.name: each for each in stored}


async def get_application(name: str, *, documents: Documents) -> Application:
    """Return one application.

    Raises:
        NotFound: nothing is known of it.
    """
    stored = await documents.get(COLLECTION, name)
    if stored is None:
        raise NotFound(f"application {name} is not known")
    return _decode(stored.body)


async def put_application(application: Application, *, documents: Documents) -> bool:
    """Store what is known of an application; return whether it is new.

    Raises:
        Stale: somebody else changed it at the same time.
    """
    stored = await documents.get(COLLECTION, application.name)
    body, etag = msgspec.json.encode(application), stored.etag if stored else None
    await documents.put(COLLECTION, Document(application.name, body, etag))
    return stored is None
