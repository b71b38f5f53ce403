"""The one low-level port of storage: an entity table, as Azure Table Storage offers it.

Everything above (chunks, rollups, alerts, settings) is written once over `Tables`; the Azure
client and the in-memory double meet the same contract suite, limits of the service included.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

type Value = str | int | float | bool | bytes

MAX_ENTITY_BYTES = 1 << 20
MAX_PROPERTY_BYTES = 64 << 10
MAX_PROPERTIES = 252
MAX_TRANSACTION_ENTITIES = 100
MAX_TRANSACTION_BYTES = 4 << 20


@dataclass(frozen=True, slots=True)
class Entity:
    """One row.

    Attributes:
        partition: PartitionKey.
        row: RowKey.
        properties: column -> value; int is stored as Int64, bytes as Binary.
        etag: version as read; None on an entity that was not read.
    """

    partition: str
    row: str
    properties: Mapping[str, Value] = field(default_factory=dict)
    etag: str | None = None


class Verb(StrEnum):
    """What an operation of a transaction does."""

    INSERT = "insert"
    REPLACE = "replace"
    UPSERT = "upsert"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class Op:
    """One operation of a transaction.

    Attributes:
        verb: insert fails where the key exists; replace and delete need the entity to exist, and
            the ETag to match where one is given; upsert writes unconditionally.
        entity: the row; its `etag` is the condition of replace and delete.
    """

    verb: Verb
    entity: Entity


class Tables(Protocol):
    """Entities in tables.

    Every call may raise `Unavailable`. A table that does not exist is an empty one to reads and
    deletes; writes to it raise `MissingTable`.
    """

    async def insert(self, table: str, entity: Entity) -> str:
        """Store a new entity and return its ETag; raise `AlreadyStored` where the key exists."""

    async def replace(self, table: str, entity: Entity) -> str:
        """Overwrite an entity if its ETag still matches and return the new one.

        Raises:
            Stale: another ETag, or no entity.
        """

    async def upsert(self, table: str, entity: Entity) -> str:
        """Store an entity whatever was there; return its ETag."""

    async def delete(self, table: str, entity: Entity) -> None:
        """Delete by key (and ETag where given: `Stale` on mismatch); absent is no error."""

    async def get(
        self, table: str, partition: str, row: str, *, select: Sequence[str] = ()
    ) -> Entity | None:
        """Return one entity, all columns or the selected ones, or None."""

    def query(
        self,
        table: str,
        partition: str,
        *,
        first: str = "",
        end: str = "",
        select: Sequence[str] = (),
    ) -> AsyncIterator[Entity]:
        """Yield a partition's entities with first <= RowKey < end, in order of RowKey."""

    async def transact(self, table: str, ops: Sequence[Op]) -> None:
        """Apply up to 100 operations on one partition, all or none.

        Raises:
            AlreadyStored: an insert met an existing key.
            Stale: a replace or delete met another ETag, or no entity.
        """

    async def create_table(self, table: str) -> None:
        """Create a table; an existing one is left as it is."""

    async def drop_table(self, table: str) -> None:
        """Delete a table with all it holds; an absent one is no error."""

    async def list_tables(self, prefix: str) -> list[str]:
        """Return the names of the tables that begin with prefix, sorted."""

    async def close(self) -> None:
        """Release connections; the port is of no use afterwards."""
