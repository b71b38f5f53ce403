"""Tables that come into being when something is first written to them."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

from shared.adapters.entity import Entity, Op, Tables
from shared.errors import MissingTable


class CreatingTables:
    """The `Tables` port over another one; a write to a missing table creates it and goes again."""

    def __init__(self, tables: Tables) -> None:
        """Wrap a port."""
        self._tables = tables

    async def insert(self, table: str, entity: Entity) -> str:
        """Store a new entity; see `Tables.insert`."""
        return await self._made(table, lambda: self._tables.insert(table, entity))

    async def replace(self, table: str, entity: Entity) -> str:
        """Overwrite an entity as it was read; see `Tables.replace`."""
        return await self._tables.replace(table, entity)

    async def upsert(self, table: str, entity: Entity) -> str:
        """Store an entity whatever was there; see `Tables.upsert`."""
        return await self._made(table, lambda: self._tables.upsert(table, entity))

    async def delete(self, table: str, entity: Entity) -> None:
        """Delete an entity; see `Tables.delete`."""
        await self._tables.delete(table, entity)

    async def get(
        self, table: str, partition: str, row: str, *, select: Sequence[str] = ()
    ) -> Entity | None:
        """Return one entity or None; see `Tables.get`."""
        return await self._tables.get(table, partition, row, select=select)

    def query(
        self,
        table: str,
        partition: str,
        *,
        first: str = "",
        end: str = "",
        select: Sequence[str] = (),
    ) -> AsyncIterator[Entity]:
        """Yield a range of a partition; see `Tables.query`."""
        return self._tables.query(table, partition, first=first, end=end, select=select)

    async def transact(self, table: str, ops: Sequence[Op]) -> None:
        """Apply all operations or none; see `Tables.transact`."""
        await self._made(table, lambda: self._tables.transact(table, ops))

    async def create_table(self, table: str) -> None:
        """Create a table; see `Tables.create_table`."""
        await self._tables.create_table(table)

    async def drop_table(self, table: str) -> None:
        """Delete a table; see `Tables.drop_table`."""
        await self._tables.drop_table(table)

    async def list_tables(self, prefix: str) -> list[str]:
        """Return table names; see `Tables.list_tables`."""
        return await self._tables.list_tables(prefix)

    async def close(self) -> None:
        """Release what the wrapped port holds."""
        await self._tables.close()

    async def _made[T](self, table: str, write: Callable[[], Awaitable[T]]) -> T:
        try:
            return await write()
        except MissingTable:
            await self._tables.create_table(table)
            return await write()
