"""An app whose time is moved by hand, called as its clients and its host call it."""

import os
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import azure.functions as func
import msgspec
import time_machine

from shared.adapters.appinsights import AppInsights
from shared.adapters.creating_tables import CreatingTables
from shared.adapters.memory import MemoryTables
from shared.bootstrap import assemble, given_app
from shared.settings import Settings
from tools.fast_forward.functions import functions
from tools.recorder import Recorder
from tools.simulator import Post

# The exporter's reports on itself, which would go to Microsoft.
_QUIET = ("STATSBEAT_DISABLED_ALL", "SDKSTATS_DISABLED", "CONTROLPLANE_DISABLED")


class LapseError(Exception):
    """The app answered what it should not have; the message says what."""


class Lapse:
    """The app at one moment.

    Attributes:
        now: what its clock shows, UTC.
    """

    def __init__(self, clock: time_machine.Traveller, now: datetime) -> None:
        """Begin at `now`; no timer that was due before it runs."""
        self._clock = clock
        self.now = now
        self._due = {name: each.after(now) for name, each in functions().timers.items()}

    async def get(self, path: str, **query: str) -> Any:
        """Return the answer to a GET; raise `LapseError` unless it is 200."""
        return await self._call("GET", path, query, None, {200})

    async def put(self, path: str, content: Any) -> Any:
        """Return the answer to a PUT of JSON; raise `LapseError` unless it is stored."""
        return await self._call("PUT", path, {}, msgspec.json.encode(content), {200, 201})

    async def post(self, path: str, content: Any) -> Any:
        """Return the answer to a POST of JSON; raise `LapseError` unless it is accepted."""
        body = content if isinstance(content, bytes) else msgspec.json.encode(content)
        return await self._call("POST", path, {}, body, {200, 201, 202})

    async def run(self, function: str) -> None:
        """Run a timer function, whatever its schedule."""
        await functions().handlers[function](None)

    async def advance(self, until: datetime, posts: Iterable[tuple[datetime, Post]] = ()) -> None:
        """Let time pass.

        Args:
            until: the time to stop at; a timer due then does not run yet.
            posts: what clients send meanwhile, each with its time, in order.
        """
        waiting = list(posts)
        while True:
            name, due = min(self._due.items(), key=lambda each: each[1])
            while waiting and waiting[0][0] < min(due, until):
                at, post = waiting.pop(0)
                self._move(max(at, self.now))
                await self.post(post.path, post.body)
            if due >= until:
                break
            self._move(due)
            await self.run(name)
            self._due[name] = functions().timers[name].after(due)
        self._move(until)

    def _move(self, to: datetime) -> None:
        self._clock.move_to(to)
        self.now = to

    async def _call(
        self,
        method: str,
        path: str,
        query: Mapping[str, str],
        body: bytes | None,
        expected: set[int],
    ) -> Any:
        found = functions().routes.find(method, path.removeprefix("/api"))
        if found is None:
            raise LapseError(f"{method} {path}: there is no such route")
        handler, segments = found
        request = func.HttpRequest(
            method=method,
            url=path,
            params=dict(query),
            route_params=dict(segments),
            headers={"content-type": "application/json"},
            body=body or b"",
        )
        answer = await handler(request)
        content = answer.get_body()
        if answer.status_code not in expected:
            said = content.decode(errors="replace")[:500]
            raise LapseError(f"{method} {path}: {answer.status_code} {said}")
        return msgspec.json.decode(content) if content else None


@asynccontextmanager
async def time_lapse(
    start: datetime, recorder: Recorder, settings: Settings | None = None
) -> AsyncIterator[Lapse]:
    """Run the app of this process in memory, its clock at `start`, what it sends to be recorded."""
    os.environ.update({f"APPLICATIONINSIGHTS_{name}": "true" for name in _QUIET})
    chosen = replace(settings or Settings(hash_key="of a simulation"), insights="recorded")
    telemetry = AppInsights(recorder.connection_string, None)
    tables = CreatingTables(MemoryTables())
    with time_machine.travel(start, tick=False) as clock:
        parts = assemble(chosen, tables, telemetry, lambda: datetime.now(UTC))
        try:
            with given_app(parts):
                yield Lapse(clock, start)
        finally:
            await telemetry.close()
