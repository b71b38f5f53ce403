"""Entity tables in memory, with Azure Table Storage's rules and limits: for tests and tools.

It refuses what Azure refuses and Azurite lets pass (oversized entities and properties, too many
columns, batches past 100 entities or 4 MiB), so a test on memory proves more, not less.
"""

import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from itertools import count

from shared.adapters.entity import Entity, Op, Verb
from shared.adapters.entity_limits import check_entity, check_transaction
from shared.errors import AlreadyStored, MissingTable, Stale

_TABLE = re.compile(r"^[A-Za-z][A-Za-z0-9]{2,62}$")
type Rows = dict[tuple[str, str], Entity]


class MemoryTables:
    """The `Tables` port in this process; tables appear on `create_table` as in Azure."""

    def __init__(self) -> None:
        """Begin without any table."""
        self._tables: dict[str, Rows] = {}
        self._versions = count(1)

    async def insert(self, table: str, entity: Entity) -> str:
        """Store a new entity; see `Tables.insert`."""
        return self._apply(self._rows(table), Op(Verb.INSERT, entity))

    async def replace(self, table: str, entity: Entity) -> str:
        """Overwrite an entity as it was read; see `Tables.replace`."""
        return self._apply(self._rows(table), Op(Verb.REPLACE, entity))

    async def upsert(self, table: str, entity: Entity) -> str:
        """Store an entity whatever was there; see `Tables.upsert`."""
        return self._apply(self._rows(table), Op(Verb.UPSERT, entity))

    async def delete(self, table: str, entity: Entity) -> None:
        """Delete an entity; see `Tables.delete`."""
        rows = self._tables.get(table, {})
        if (entity.partition, entity.row) in rows:
            self._apply(rows, Op(Verb.DELETE, entity))

    async def get(
        self, table: str, partition: str, row: str, *, select: Sequence[str] = ()
    ) -> Entity | None:
        """Return one entity or None; see `Tables.get`."""
        found = self._tables.get(table, {}).get((partition, row))
        return None if found is None else _selected(found, select)

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
        found = [
            entity
            for (owner, row), entity in self._tables.get(table, {}).items()
            if owner == partition and row >= first and (not end or row < end)
        ]
        for entity in sorted(found, key=lambda entity: entity.row):
            yield _selected(entity, select)

    async def transact(self, table: str, ops: Sequence[Op]) -> None:
        """Apply all operations or none; see `Tables.transact`."""
        check_transaction(ops)
        rows = self._rows(table)
        draft = dict(rows)
        for op in ops:
            self._apply(draft, op)
        rows.clear()
        rows.update(draft)

    async def create_table(self, table: str) -> None:
        """Create a table; see `Tables.create_table`."""
        if not _TABLE.match(table):
            raise ValueError(f"table name {table!r}: 3 to 63 letters and digits")
        self._tables.setdefault(table, {})

    async def drop_table(self, table: str) -> None:
        """Delete a table; see `Tables.drop_table`."""
        self._tables.pop(table, None)

    async def list_tables(self, prefix: str) -> list[str]:
        """Return table names; see `Tables.list_tables`."""
        return sorted(name for name in self._tables if name.startswith(prefix))

    async def close(self) -> None:
        """Nothing to release."""

    def _rows(self, table: str) -> Rows:
        if table not in self._tables:
            raise MissingTable(f"table {table} does not exist")
        return self._tables[table]

    def _apply(self, rows: Rows, op: Op) -> str:
        key = (op.entity.partition, op.entity.row)
        stored = rows.get(key)
        if op.verb is Verb.INSERT and stored is not None:
            raise AlreadyStored(f"{key}")
        if op.verb in (Verb.REPLACE, Verb.DELETE) and (
            stored is None or op.entity.etag not in (None, stored.etag)
        ):
            raise Stale(f"{key}")
        if op.verb is Verb.DELETE:
            del rows[key]
            return ""
        check_entity(op.entity)
        etag = f"v{next(self._versions)}"
        rows[key] = replace(op.entity, properties=dict(op.entity.properties), etag=etag)
        return etag


def _selected(entity: Entity, select: Sequence[str]) -> Entity:
    if not select:
        return replace(entity, properties=dict(entity.properties))
    kept = {name: entity.properties[name] for name in select if name in entity.properties}
    return replace(entity, properties=kept)
