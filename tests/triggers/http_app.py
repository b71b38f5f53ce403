"""The HTTP functions over an app in memory whose clock a test sets."""

import gzip
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import Any

import azure.functions as func

from shared.adapters.creating_tables import CreatingTables
from shared.adapters.memory import MemoryTables
from shared.adapters.no_telemetry import NoTelemetry
from shared.bootstrap import App, assemble, given_app
from shared.settings import Settings
from shared.triggers import (
    applications,
    backtest,
    cost_plan,
    costs,
    deployments,
    ingest,
    prices,
    quality,
    query,
    reconciliation,
    reservations,
    resources,
    rollup,
    sessions,
)
from tests.domain.factories import T0


@dataclass
class Clock:
    """A clock that a test moves."""

    now: datetime = T0

    def __call__(self) -> datetime:
        return self.now


def wall_clock() -> datetime:
    """Return the time as timers see it."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Answered:
    """What a client sees."""

    status: int
    body: Any

    @property
    def faults(self) -> dict[str, str]:
        """Path -> reason."""
        return {each["path"]: each["reason"] for each in self.body["error"]["details"]}


@dataclass
class HttpApp:
    """An app and its clock."""

    parts: App
    clock: Clock = field(default_factory=Clock)

    async def send(
        self,
        function: str,
        body: Any = None,
        /,
        *,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        **path: str,
    ) -> Answered:
        """Call a function; bytes go as they are, anything else as JSON."""
        raw = body if isinstance(body, bytes) else b"" if body is None else encoded(body)
        request = func.HttpRequest(
            method="POST",
            url=f"/api/{function}",
            headers=dict(headers or {}),
            params=dict(query or {}),
            route_params=path,
            body=raw,
        )
        answer = await _functions()[function](request)
        text = answer.get_body()
        plain = answer.mimetype != "application/json"
        body = text.decode() if plain else json.loads(text) if text else None
        return Answered(answer.status_code, body)

    async def tick(self) -> None:
        """Run the rollup timer."""
        await _functions()["rollup"](None)


@contextmanager
def http_app(*, live: bool = False, **settings: Any) -> Iterator[HttpApp]:
    """Give triggers an app in memory whose clock stands at T0.

    Args:
        live: the app goes by the time instead, as timers do.
        settings: other than the defaults.
    """
    clock = Clock()
    tables = CreatingTables(MemoryTables())
    chosen = Settings(hash_key="k" * 32, **settings)
    parts = assemble(chosen, tables, NoTelemetry(), wall_clock if live else clock)
    with given_app(parts):
        yield HttpApp(parts, clock)


def encoded(body: Any) -> bytes:
    """Return a body as JSON."""
    return json.dumps(body).encode()


def zipped(body: Any) -> bytes:
    """Return a body as gzipped JSON."""
    return gzip.compress(encoded(body))


@cache
def _functions() -> dict[str, Any]:
    every = func.FunctionApp()
    for feature in (
        applications,
        backtest,
        cost_plan,
        costs,
        deployments,
        ingest,
        prices,
        quality,
        query,
        reconciliation,
        reservations,
        resources,
        rollup,
        sessions,
    ):
        every.register_functions(feature.blueprint)
    return {each.get_function_name(): each.get_user_function() for each in every.get_functions()}
