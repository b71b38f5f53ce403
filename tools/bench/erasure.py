"""Erasing one of two applications from a day of 600,000 records, over tables in memory."""

import asyncio
import time
from datetime import UTC, datetime, timedelta

import msgspec

from shared.adapters.creating_tables import CreatingTables
from shared.adapters.memory import MemoryTables
from shared.adapters.no_telemetry import NoTelemetry
from shared.bootstrap import App, assemble
from shared.domain.erasure.erasure import Erased
from shared.domain.timeline import DAY_M, instant, minute_of
from shared.services.erasure_run import run_erasures
from shared.services.erasures import order_erasure
from shared.services.ingest import ingest_requests
from shared.services.rollup import roll_up
from shared.settings import Settings
from tools.bench.figure import Figure
from tools.bench.records import BATCH_RECORDS, Shape, in_minute, templates

_BATCHES = 600
_DAY = datetime(2026, 11, 23, tzinfo=UTC)
_GONE = "gone"
_ORDER = msgspec.json.encode({"application": _GONE, "by": "bench"})


def measure() -> list[Figure]:
    """Return how fast a day is gone through, by how batches name the application."""
    figures: list[Figure] = []
    for name, together in (("a batch an application", False), ("both in every batch", True)):
        taken_s, erased = asyncio.run(_erased(together=together))
        figures += [
            Figure(f"erasing {erased.requests:,} of 600,000 full records, {name}", taken_s, "s"),
            Figure(f"the same, {name}", _BATCHES * BATCH_RECORDS / taken_s, "records/s"),
        ]
    return figures


async def _erased(*, together: bool) -> tuple[float, Erased]:
    clock = [_DAY]
    app = assemble(Settings(), CreatingTables(MemoryTables()), NoTelemetry(), lambda: clock[0])
    await _ingest(app, clock, together=together)
    await order_erasure(_ORDER, now=clock[0], documents=app.documents)
    began_s = time.perf_counter()
    run = await run_erasures(now=clock[0], ports=app.erasure, in_time=lambda: True)
    return time.perf_counter() - began_s, run.erased


async def _ingest(app: App, clock: list[datetime], *, together: bool) -> None:
    arrays = templates(Shape.FULL, 16)
    for number in range(_BATCHES):
        clock[0] = instant(minute_of(_DAY) + number * DAY_M // _BATCHES)
        records = in_minute(arrays[number % len(arrays)], clock[0])
        body = b'{"requests":' + _named(records, number, together=together) + b"}"
        clock[0] += timedelta(minutes=1)
        await ingest_requests(body, strict=False, ports=app.ingest)
        await roll_up(
            now=clock[0],
            ports=app.rollup,
            evaluation_delay_s=0,
            timer=lambda: 0.0,
            budget_s=1.0,
        )
    clock[0] = _DAY + timedelta(days=1, minutes=20)


def _named(records: bytes, number: int, *, together: bool) -> bytes:
    """Return records that name an application: every other record, or every other batch, goes."""
    names = [b'{"application":"gone",', b'{"application":"stays",']
    first, *others = records.split(b'{"model"')
    parts = [
        names[(at if together else number) % 2] + b'"model"' + each
        for at, each in enumerate(others)
    ]
    return first + b"".join(parts)
