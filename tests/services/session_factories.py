"""A monitor in memory for sessions: a clock to move, storage to crash, records to count."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec

from shared.adapters.creating_tables import CreatingTables
from shared.adapters.entity import Tables
from shared.adapters.memory import MemoryTables
from shared.adapters.no_telemetry import NoTelemetry
from shared.bootstrap import App, assemble
from shared.domain.record.batch import Batch
from shared.domain.record.rows import request_rows
from shared.domain.rollup.measures import Kind
from shared.domain.timeline import BUCKET_M, floor_to, minute_of
from shared.errors import Unavailable
from shared.services.in_progress import record_in_progress
from shared.services.ingest import IngestAnswer
from shared.services.session_sweep import Sweep, sweep_sessions
from shared.services.sessions import complete_session, start_session
from shared.settings import Settings
from tests.domain.factories import MINUTE, T0

_WRITES = ("insert", "replace", "upsert", "delete", "transact")


class Crash(Unavailable):
    """The process ends here."""


class CrashingTables:
    """The `Tables` port over another one, until it crashes.

    Attributes:
        left: writes that succeed before the crash; None never crashes.
        lost: True where the crashing write has its effect, but nobody learns of it.
        crashed: whether it did.
    """

    def __init__(self, inner: Tables) -> None:
        self._inner = inner
        self.left: int | None = None
        self.lost = False
        self.crashed = False

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._inner, name)
        return self._counted(method) if name in _WRITES else method

    def _counted(self, method: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def call(*args: Any) -> Any:
            if self.left is None:
                return await method(*args)
            if self.left > 0:
                self.left -= 1
                return await method(*args)
            self.crashed = True
            if self.lost:
                await method(*args)
            raise Crash("the process ends here")

        return call


@dataclass
class Clock:
    """A clock that a test moves."""

    now: datetime = T0

    def __call__(self) -> datetime:
        return self.now


class SessionMonitor:
    """The app's session services over storage in memory.

    Attributes:
        clock: moved by tests.
        tables: the storage, which can crash.
        parts: the app.
    """

    def __init__(self, tables: Tables | None = None) -> None:
        self.clock = Clock()
        self.tables = CrashingTables(tables or MemoryTables())
        storage: Any = self.tables
        settings = Settings(hash_key="k" * 32)
        self.parts: App = assemble(settings, CreatingTables(storage), NoTelemetry(), self.clock)

    def later(self, **duration: float) -> None:
        """Move the clock."""
        self.clock.now += timedelta(**duration)

    async def start(self, **fields: Any) -> str:
        """Start a session and return its id."""
        body = msgspec.json.encode({"model": "gpt-5-mini"} | fields)
        parts = self.parts
        answer = await start_session(
            body, strict=False, sessions=parts.sessions, ports=parts.ingest
        )
        return answer.session_id

    async def complete(self, session_id: str, **fields: Any) -> IngestAnswer:
        """Complete a session."""
        body = msgspec.json.encode(fields)
        parts = self.parts
        return await complete_session(
            session_id, body, strict=False, sessions=parts.sessions, ports=parts.ingest
        )

    async def sweep(self) -> Sweep:
        """Run the sweeper."""
        parts = self.parts
        return await sweep_sessions(
            self.clock.now, sessions=parts.sessions, cursors=parts.cursors, ports=parts.ingest
        )

    async def tick(self) -> int:
        """Run the sweeper and store the gauge, as the timer does; return how many values."""
        run = await self.sweep()
        parts = self.parts
        return await record_in_progress(
            run.in_progress,
            now=self.clock.now,
            documents=parts.documents,
            registry=parts.registry,
            ports=parts.ingest,
        )

    async def open_ids(self) -> list[str]:
        """Return the ids of open sessions."""
        minute = minute_of(self.clock.now)
        found = await self.parts.sessions.open_sessions(minute_of(T0) - 60, minute + 60)
        return [each.session_id for each in found]

    async def requests(self) -> list[dict[str, Any]]:
        """Return every request stored, as the API shows it."""
        return [row for batch in await self._batches(Kind.REQUEST) for row in request_rows(batch)]

    async def gauges(self) -> list[tuple[int, dict[str, str], float]]:
        """Return the stored values of the gauge: minutes after T0, labels, value."""
        found = []
        for batch in await self._batches(Kind.METRIC):
            columns = (batch.texts("attributes"), batch.ints("at_us"), batch.floats("value"))
            for text, at, value in zip(*columns, strict=True):
                minute = int(at) // 60_000_000 - minute_of(T0)
                found.append((minute, msgspec.json.decode(text or "{}"), float(value)))
        return sorted(found, key=lambda each: (each[0], len(each[1]), str(each[1])))

    async def _batches(self, kind: Kind) -> list[Batch]:
        chunks = self.parts.chunks
        first = floor_to(minute_of(T0 - 600 * MINUTE), BUCKET_M)
        batches: list[Batch] = []
        for bucket in range(first, minute_of(self.clock.now) + 2 * BUCKET_M, BUCKET_M):
            keys = await chunks.keys(kind, bucket)
            batches += [chunk.batch() for chunk in await chunks.fetch(keys)] if keys else []
        return batches
