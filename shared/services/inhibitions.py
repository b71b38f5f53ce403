"""Inhibitions: stored by name; none is built in."""

import msgspec

from shared.domain.muting.inhibition import Inhibition
from shared.errors import NotFound
from shared.services.ports import Document, Documents

COLLECTION = "inhibitions"

_decode = msgspec.json.Decoder(Inhibition).decode


async def load_inhibitions(documents: Documents) -> list[Inhibition]:
    """Return every inhibition, by name."""
    return [_decode(document.body) for document in await documents.list(COLLECTION)]


async def get_inhibition(name: str, *, documents: Documents) -> Inhibition:
    """Return one inhibition.

    Raises:
        NotFound: there is none of this name.
    """
    return _decode((await _stored(name, documents)).body)


async def put_inhibition(inhibition: Inhibition, *, documents: Documents) -> bool:
    """Store an inhibition under its name; return whether it is new.

    Raises:
        Stale: somebody else changed it at the same time.
    """
    stored = await documents.get(COLLECTION, inhibition.name)
    body, etag = msgspec.json.encode(inhibition), stored.etag if stored else None
    await documents.put(COLLECTION, Document(inhibition.name, body, etag))
    return stored is None


async def delete_inhibition(name: str, *, documents: Documents) -> None:
    """Delete an inhibition.

    Raises:
        NotFound: there is none of this name.
        Stale: somebody else changed it at the same time.
    """
    await documents.delete(COLLECTION, await _stored(name, documents))


async def _stored(name: str, documents: Documents) -> Document:
    stored = await documents.get(COLLECTION, name)
    if stored is None:
        raise NotFound(f"inhibition {name} does not exist")
    return stored
