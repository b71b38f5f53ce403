"""Small JSON documents: one table per collection, one row per document."""

from shared.adapters import tables as layout
from shared.adapters.control_store import write_as_read
from shared.adapters.entity import Entity, Tables
from shared.errors import TooLarge
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

    async def list(self, collection: str) -> list[Document]:
        """Return a collection's documents in order of their keys."""
        found = self._tables.query(collection, layout.DOCUMENT_PARTITION)
        documents = [_document(entity) async for entity in found]
        return sorted(documents, key=lambda document: document.key)

    async def put(self, collection: str, document: Document) -> None:
        """Store a document as it was read.

        Raises:
            Stale: it changed since.
            TooLarge: its body does not fit one entity.
        """
        size = layout.BLOCK_BYTES
        body = document.body
        if len(body) > _MAX_BODY_BYTES:
            raise TooLarge(f"{document.key}: {len(body)} bytes, {_MAX_BODY_BYTES} at most")
        blocks = {f"b{at // size:02}": body[at : at + size] for at in range(0, len(body), size)}
        entity = Entity(
            layout.DOCUMENT_PARTITION,
            layout.safe_key(document.key),
            {"key": document.key, **blocks},
            document.etag,
        )
        await write_as_read(self._tables, collection, entity)

    async def delete(self, collection: str, document: Document) -> None:
        """Delete a document as it was read; raise `Stale` if it changed since."""
        row = layout.safe_key(document.key)
        entity = Entity(layout.DOCUMENT_PARTITION, row, {}, document.etag)
        await self._tables.delete(collection, entity)


def _document(entity: Entity) -> Document:
    names = sorted(name for name in entity.properties if name != "key")
    body = b"".join(bytes(entity.properties[name]) for name in names)  # type: ignore[arg-type]
    return Document(str(entity.properties["key"]), body, entity.etag)
