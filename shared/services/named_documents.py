"""Documents that people put under a name: one collection, one type, the same steps for each."""

from typing import Protocol

import msgspec

from shared.errors import NotFound
from shared.services.ports import Document, Documents


class Named(Protocol):
    """What says itself which name it goes by."""

    @property
    def name(self) -> str:
        """Return the name, unique within the collection."""


class NamedDocuments[T: Named]:
    """A collection of documents by name."""

    def __init__(self, collection: str, kind: type[T], missing: str) -> None:
        """Describe a collection.

        Args:
            collection: where they are.
            kind: of each.
            missing: what is said of one that is not there, with `{name}` in it.
        """
        self._collection = collection
        self._decode = msgspec.json.Decoder(kind).decode
        self._missing = missing

    async def load(self, documents: Documents) -> list[T]:
        """Return all, by name."""
        return [self._decode(each.body) for each in await documents.list(self._collection)]

    async def get(self, name: str, documents: Documents) -> T:
        """Return one, or raise `NotFound`."""
        return self._decode((await self._stored(name, documents)).body)

    async def put(self, each: T, documents: Documents) -> bool:
        """Store one under its name; return whether it is new.

        Raises:
            Stale: somebody else changed it at the same time.
        """
        stored = await documents.get(self._collection, each.name)
        body, etag = msgspec.json.encode(each), stored.etag if stored else None
        await documents.put(self._collection, Document(each.name, body, etag))
        return stored is None

    async def delete(self, name: str, documents: Documents) -> None:
        """Delete one, or raise `NotFound`.

        Raises:
            Stale: somebody else changed it at the same time.
        """
        await documents.delete(self._collection, await self._stored(name, documents))

    async def _stored(self, name: str, documents: Documents) -> Document:
        stored = await documents.get(self._collection, name)
        if stored is None:
            raise NotFound(self._missing.format(name=name))
        return stored
