"""The app over tables that Azurite keeps, on a clock of the measurement's own."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from shared.adapters.creating_tables import CreatingTables
from shared.adapters.no_telemetry import NoTelemetry
from shared.adapters.table_account import account_from_connection_string
from shared.adapters.table_storage import TableStorage
from shared.bootstrap import App, assemble
from shared.settings import Settings


@asynccontextmanager
async def stored_app(connection_string: str, clock: Callable[[], datetime]) -> AsyncIterator[App]:
    """Yield an app, and close its storage afterwards.

    Args:
        connection_string: of an Azurite, whose calls are dated by the real clock.
        clock: the app's, UTC.
    """
    account = account_from_connection_string(connection_string)
    storage = TableStorage(account, lambda: datetime.now(UTC))
    settings = Settings(hash_key="k" * 32)
    try:
        yield assemble(settings, CreatingTables(storage), NoTelemetry(), clock)
    finally:
        await storage.close()
