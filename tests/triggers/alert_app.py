"""The app over an Azurite, and calls of its HTTP functions as the host makes them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from shared.bootstrap import App, app
from shared.triggers.call import Call
from tools.azurite import Azurite


@asynccontextmanager
async def running_app(azurite: Azurite, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[App]:
    """Set up the app of this process without Application Insights; drop its tables afterwards."""
    monkeypatch.setenv("AzureWebJobsStorage", azurite.connection_string)
    monkeypatch.delenv("APPLICATIONINSIGHTS_CONNECTION_STRING", raising=False)
    app.cache_clear()
    made = app()
    yield made
    for table in await made.tables.list_tables(""):
        await made.tables.drop_table(table)
    await made.tables.close()
    app.cache_clear()


def call(
    body: Any = None,
    *,
    query: dict[str, str] | None = None,
    now: datetime | None = None,
    **path: str,
) -> Call:
    """Return an HTTP call with a JSON body."""
    raw = b"" if body is None else msgspec.json.encode(body)
    return Call(now or datetime.now(UTC), path, query or {}, {}, raw)


def as_json(body: Any) -> Any:
    """Return an answer's body as a client reads it."""
    return msgspec.json.decode(msgspec.json.encode(body))
