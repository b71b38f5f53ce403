"""Small JSON documents: one table per collection, one row per document."""

from collections.abc import Sequence
from dataclasses import replace

from shared.adapters import tables as layout
from shared.adapters.body_blocks import blocks_of, body_of
from shared.adapters.control_store import write_as_read
from shared.adapters.entity import Entity, Op, Tables, Verb
from shared.errors import AlreadyStored, Stale, TooLarge
from shared.services.ports import Document

_MAX_BODY_BYTES = 11 * layout.BLOCK_BYTES


class DocumentStore:
    """The `Documents` port; a collection is named like its table."""

    def __init__(self, tables: Tables) -> None:
        """Use one table per collection."""
        self._tables = tables

    async def get(self, collection: str, key: str) -> Document | None:
        """Return a document or None."""
        row = layout.safe_key(key)
        found = await self._tables.get(collection, layout.DOCUMENT_PARTITION, row)
        return None if found is None else _document(found)

    async def list(self, collection: str, *, first: str = "", end: str = "") -> list[Document]:
        """Return a collection's documents in order of their keys; see `Documents.list`."""
        found = self._tables.query(collection, layout.DOCUMENT_PARTITION, first=first, end=end)
        documents = [_document(entity) async for entity in found]
        return sorted(documents, key=lambda document: document.key)

    async def put(self, collection: str, document: Document) -> Document:
        """Store a document as it was read; return it with its new version.

        Raises:
            Stale: it changed since.
            TooLarge: its body does not fit one entity.
        """
        etag = await write_as_read(self._tables, collection, _entity(document))
        return replace(document, etag=etag)

    async def delete(self, collection: str, document: Document) -> None:
        """Delete a document as it was read; raise `Stale` if it changed since."""
        await self._tables.delete(collection, _key_of(document))

    async def change(
        self, collection: str, put: Sequence[Document], deleted: Sequence[Document] = ()
    ) -> None:
        """Store and delete up to 100 documents, all or none.

        Raises:
            Stale: one of them changed since it was read.
            TooLarge: the body of one does not fit one entity.
        """
        ops = [
            Op(Verb.INSERT if each.etag is None else Verb.REPLACE, _entity(each)) for each in put
        ]
        ops += [Op(Verb.DELETE, _key_of(each)) for each in deleted]
        try:
            await self._tables.transact(collection, ops)
        except AlreadyStored as error:
            raise Stale(f"{collection}: a document appeared meanwhile") from error


def _key_of(document: Document) -> Entity:
    row = layout.safe_key(document.key)
    return Entity(layout.DOCUMENT_PARTITION, row, {}, document.etag)


def _entity(document: Document) -> Entity:
    size = len(document.body)
    if size > _MAX_BODY_BYTES:
        raise TooLarge(f"{document.key}: {size} bytes, {_MAX_BODY_BYTES} at most")
    properties = {"key": document.key, **blocks_of(document.body)}
    return replace(_key_of(document), properties=properties)


def _document(entity: Entity) -> Document:
    return Document(str(entity.properties["key"]), body_of(entity), entity.etag)
