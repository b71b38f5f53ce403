"""Creating, dropping and listing tables, through the azure-data-tables SDK."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from azure.core.exceptions import AzureError, HttpResponseError, ResourceNotFoundError
from azure.data.tables.aio import TableServiceClient

from shared.adapters.table_account import TableAccount
from shared.errors import Unavailable


class TableAdmin:
    """The tables of one account."""

    def __init__(self, account: TableAccount, *, timeout_s: float) -> None:
        """Remember the account; the client is built on the first call."""
        self._account = account
        self._timeout_s = timeout_s
        self._client: TableServiceClient | None = None

    async def create(self, table: str) -> None:
        """Create a table; an existing one is left as it is."""
        async with self._service() as service:
            await service.create_table_if_not_exists(table)

    async def drop(self, table: str) -> None:
        """Delete a table; an absent one is no error."""
        async with self._service() as service:
            try:
                await service.delete_table(table)
            except ResourceNotFoundError:
                return

    async def names(self, prefix: str) -> list[str]:
        """Return the names of the tables that begin with prefix, sorted."""
        async with self._service() as service:
            query = f"TableName ge '{prefix}' and TableName lt '{prefix}~'"
            return sorted([table.name async for table in service.query_tables(query)])

    async def close(self) -> None:
        """Close the client's connections."""
        if self._client is not None:
            await self._client.close()

    @asynccontextmanager
    async def _service(self) -> AsyncIterator[TableServiceClient]:
        if self._client is None:
            self._client = _client(self._account, self._timeout_s)
        try:
            yield self._client
        except HttpResponseError as error:
            raise Unavailable(f"storage refused: {error.status_code} {error.reason}") from error
        except AzureError as error:
            raise Unavailable(f"storage did not answer: {type(error).__name__}") from error


def _client(account: TableAccount, timeout_s: float) -> TableServiceClient:
    patience: dict[str, Any] = {
        "retry_total": 3,
        "retry_backoff_factor": 0.2,
        "connection_timeout": timeout_s,
        "read_timeout": timeout_s,
    }
    if account.connection_string:
        return TableServiceClient.from_connection_string(account.connection_string, **patience)
    return TableServiceClient(account.endpoint, credential=account.credential, **patience)
