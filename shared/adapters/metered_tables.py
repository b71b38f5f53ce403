"""Tables whose operations are counted, as Azure bills them: each call one, a query one a page."""

from collections.abc import AsyncIterator, Callable, Sequence

from shared.adapters.entity import Entity, Op, Tables

_PAGE = 1000


class MeteredTables:
    """The `Tables` port over another one."""

    def __init__(self, tables: Tables, count: Callable[[], None]) -> None:
        """Wrap a port; `count` is called for each operation."""
        self._tables, self._count = tables, count

    async def insert(self, table: str, entity: Entity) -> str:
        """Store a new entity; see `Tables.insert`."""
        self._count()
        return await self._tables.insert(table, entity)

    async def replace(self, table: str, entity: Entity) -> str:
        """Overwrite an entity as it was read; see `Tables.replace`."""
        self._count()
        return await self._tables.replace(table, entity)

    async def upsert(self, table: str, entity: Entity) -> str:
        """Store an entity whatever was there; see `Tables.upsert`."""
        self._count()
        return await self._tables.upsert(table, entity)

    async def delete(self, table: str, entity: Entity) -> None:
        """Delete an entity; see `Tables.delete`."""
        self._count()
        await self._tables.delete(table, entity)

    async def get(
        self, table: str, partition: str, row: str, *, select: Sequence[str] = ()
    ) -> Entity | None:
        """Return one entity or None; see `Tables.get`."""
        self._count()
        return await self._tables.get(table, partition, row, select=select)

    async def query(
        self,
        table: str,
        partition: str,
        *,
        first: str = "",
        end: str = "",
        select: Sequence[str] = (),
    ) -> AsyncIterator[Entity]:
        """Yield a range of a partition; see `Tables.query`."""
        self._count()
        seen = 0
        async for entity in self._tables.query(
            table, partition, first=first, end=end, select=select
        ):
            seen += 1
            if seen % _PAGE == 0:
                self._count()
            yield entity

    async def transact(self, table: str, ops: Sequence[Op]) -> None:
        """Apply all operations or none; see `Tables.transact`."""
        self._count()
        await self._tables.transact(table, ops)

    async def create_table(self, table: str) -> None:
        """Create a table; see `Tables.create_table`."""
        self._count()
        await self._tables.create_table(table)

    async def drop_table(self, table: str) -> None:
        """Delete a table; see `Tables.drop_table`."""
        self._count()
        await self._tables.drop_table(table)

    async def list_tables(self, prefix: str) -> list[str]:
        """Return names of tables; see `Tables.list_tables`."""
        self._count()
        return await self._tables.list_tables(prefix)

    async def close(self) -> None:
        """Release connections; see `Tables.close`."""
        await self._tables.close()
