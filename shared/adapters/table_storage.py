"""Azure Table Storage: the `Tables` port over its REST protocol, administration through the SDK.

Inserts are safe to retry because keys are deterministic: a retry that meets its own first try sees
`AlreadyStored`, which callers resolve by comparing digests.
"""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import datetime
from urllib.parse import quote

from shared.adapters import table_wire as wire
from shared.adapters.entity import Entity, Op, Verb
from shared.adapters.entity_limits import check_entity, check_transaction
from shared.adapters.table_account import TableAccount
from shared.adapters.table_admin import TableAdmin
from shared.adapters.table_session import BATCH, Call, TableSession


class TableStorage:
    """The `Tables` port on a real account or on Azurite."""

    def __init__(
        self, account: TableAccount, clock: Callable[[], datetime], *, timeout_s: float = 15.0
    ) -> None:
        """Remember the account and the clock that dates calls; connections open when needed."""
        self._endpoint = account.endpoint
        self._session = TableSession(account, clock, timeout_s=timeout_s)
        self._admin = TableAdmin(account, timeout_s=timeout_s)

    async def insert(self, table: str, entity: Entity) -> str:
        """Store a new entity; see `Tables.insert`."""
        check_entity(entity)
        headers = {"Prefer": "return-no-content"}
        reply = await self._session.send(Call("POST", table, headers, wire.entity_json(entity)))
        return reply.headers.get("ETag", "")

    async def replace(self, table: str, entity: Entity) -> str:
        """Overwrite an entity as it was read; see `Tables.replace`."""
        return await self._put(table, entity, {"If-Match": entity.etag or "*"})

    async def upsert(self, table: str, entity: Entity) -> str:
        """Store an entity whatever was there; see `Tables.upsert`."""
        return await self._put(table, entity, {})

    async def delete(self, table: str, entity: Entity) -> None:
        """Delete an entity; see `Tables.delete`."""
        path = wire.entity_path(table, entity.partition, entity.row)
        condition = {"If-Match": entity.etag or "*"}
        await self._session.send(Call("DELETE", path, condition, absent_ok=True))

    async def get(
        self, table: str, partition: str, row: str, *, select: Sequence[str] = ()
    ) -> Entity | None:
        """Return one entity or None; see `Tables.get`."""
        path = wire.entity_path(table, partition, row)
        reply = await self._session.send(
            Call("GET", path, {}, query=_selection(select), absent_ok=True)
        )
        if reply.status == 404:
            return None
        return wire.one_from(reply.body, reply.headers.get("ETag"))

    async def query(
        self,
        table: str,
        partition: str,
        *,
        first: str = "",
        end: str = "",
        select: Sequence[str] = (),
    ) -> AsyncIterator[Entity]:
        """Yield a range of a partition, page by page; see `Tables.query`."""
        terms = [f"PartitionKey eq '{_odata(partition)}'"]
        terms += [f"RowKey ge '{_odata(first)}'"] if first else []
        terms += [f"RowKey lt '{_odata(end)}'"] if end else []
        query = f"$filter={quote(' and '.join(terms), safe='')}"
        if select:
            query += f"&{_selection(select)}"
        page = query
        while True:
            reply = await self._session.send(
                Call("GET", f"{table}()", {}, query=page, absent_ok=True)
            )
            if reply.status == 404:
                return
            for entity in wire.rows_from(reply.body):
                yield entity
            following = _continuation(reply.headers)
            if not following:
                return
            page = f"{query}&{following}"

    async def transact(self, table: str, ops: Sequence[Op]) -> None:
        """Apply all operations or none; see `Tables.transact`."""
        check_transaction(ops)
        for op in ops:
            if op.verb is not Verb.DELETE:
                check_entity(op.entity)
        content_type, body = wire.changeset(self._endpoint, table, ops)
        await self._session.send(Call("POST", BATCH, {"Content-Type": content_type}, body))

    async def create_table(self, table: str) -> None:
        """Create a table; see `Tables.create_table`."""
        await self._admin.create(table)

    async def drop_table(self, table: str) -> None:
        """Delete a table; see `Tables.drop_table`."""
        await self._admin.drop(table)

    async def list_tables(self, prefix: str) -> list[str]:
        """Return table names; see `Tables.list_tables`."""
        return await self._admin.names(prefix)

    async def close(self) -> None:
        """Close the connections."""
        await self._admin.close()
        await self._session.close()

    async def _put(self, table: str, entity: Entity, headers: dict[str, str]) -> str:
        check_entity(entity)
        path = wire.entity_path(table, entity.partition, entity.row)
        reply = await self._session.send(Call("PUT", path, headers, wire.entity_json(entity)))
        return reply.headers.get("ETag", "")


def _selection(columns: Sequence[str]) -> str:
    return f"$select={','.join(['PartitionKey', 'RowKey', *columns])}" if columns else ""


def _odata(text: str) -> str:
    return text.replace("'", "''")


def _continuation(headers: Mapping[str, str]) -> str:
    pairs = [
        (short, headers.get(f"x-ms-continuation-{short}"))
        for short in ("NextPartitionKey", "NextRowKey")
    ]
    return "&".join(f"{name}={quote(value, safe='')}" for name, value in pairs if value)
