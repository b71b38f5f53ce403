"""Entity tables in both their forms: every contract holds on memory and on Azurite."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from shared.adapters.entity import Tables
from shared.adapters.memory import MemoryTables
from shared.adapters.table_account import account_from_connection_string
from shared.adapters.table_storage import TableStorage
from tools.azurite import Azurite


def utc_now() -> datetime:
    """Return the time: Azurite, like Azure, refuses calls that are not dated by the clock."""
    return datetime.now(UTC)


@pytest.fixture
async def azure_tables(azurite: Azurite) -> AsyncIterator[TableStorage]:
    """Tables on Azurite, all dropped at the end."""
    account = account_from_connection_string(azurite.connection_string)
    storage = TableStorage(account, utc_now)
    yield storage
    for table in await storage.list_tables(""):
        await storage.drop_table(table)
    await storage.close()


@pytest.fixture(params=["memory", pytest.param("azurite", marks=pytest.mark.azurite)])
def tables(request: pytest.FixtureRequest) -> Tables:
    """Tables in memory, then on Azurite; none exists yet."""
    if request.param == "memory":
        return MemoryTables()
    found: Tables = request.getfixturevalue("azure_tables")
    return found
