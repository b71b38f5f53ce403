"""What decides when an account is too small: rows in an open bucket, and searching raw requests.

Clients that do not batch leave a row a request; the rollup of each minute lists all rows of its
open bucket. Storage is an Azurite in memory, whose own cost grows with a partition, which that of
Azure does not.
"""

import asyncio
import time
from datetime import UTC, datetime, timedelta

from shared.adapters.creating_tables import CreatingTables
from shared.adapters.no_telemetry import NoTelemetry
from shared.adapters.table_account import account_from_connection_string
from shared.adapters.table_storage import TableStorage
from shared.bootstrap import App, assemble
from shared.domain.record.rows import RowFilter
from shared.domain.span import Span
from shared.domain.timeline import BUCKET_M, HOUR_M, floor_to, instant, minute_of
from shared.services.ingest import ingest_requests
from shared.services.requests import find_requests
from shared.services.rollup import roll_up
from shared.settings import Settings
from tools.azurite import Azurite
from tools.bench.figure import Figure
from tools.bench.records import BATCH_RECORDS, Shape, in_minute, templates

_ROWS = (1_000, 10_000, 30_000)
_ADDED = 100
_AT_ONCE = 64
_HOUR_BATCHES = 400
_TICK_BUDGET_S = 600.0


def measure() -> list[Figure]:
    """Return how long rollups of buckets with many rows take, and searches of one hour."""
    figures = []
    for rows in _ROWS:
        with Azurite.start() as azurite:
            figures += asyncio.run(_ticks(azurite.connection_string, rows))
    with Azurite.start() as azurite:
        figures += asyncio.run(_search(azurite.connection_string))
    return figures


async def _ticks(connection_string: str, rows: int) -> list[Figure]:
    now = instant(floor_to(minute_of(datetime.now(UTC)), BUCKET_M)) + timedelta(minutes=1)
    storage, app = _app(connection_string, now)
    ones = templates(Shape.PLAIN, rows + _ADDED, records=1)
    await _post(app, ones[:rows], now)
    first_s = await _tick_s(app, now)
    await _post(app, ones[rows:], now)
    later_s = await _tick_s(app, now + timedelta(minutes=1))
    await storage.close()
    title = f"rollup of a bucket of {rows:,} single posts"
    return [
        Figure(f"{title}, none seen before", first_s * 1e3, "ms"),
        Figure(f"{title}, {_ADDED} new", later_s * 1e3, "ms"),
    ]


async def _search(connection_string: str) -> list[Figure]:
    """Search an hour of which no request matches, so that all of it is read."""
    end = floor_to(minute_of(datetime.now(UTC)), BUCKET_M)
    storage, app = _app(connection_string, instant(end))
    batches = templates(Shape.FULL, _HOUR_BATCHES)
    for at, batch in enumerate(batches):
        await _post(app, [batch], instant(end - HOUR_M + at * HOUR_M // _HOUR_BATCHES))
    began_s = time.perf_counter()
    found = await find_requests(
        Span(end - HOUR_M, end),
        RowFilter(end - HOUR_M, end, {"model": "absent"}),
        limit=100,
        after=None,
        chunks=app.chunks,
        cursors=app.cursors,
        load_pricing=app.load_pricing,
    )
    took_s = time.perf_counter() - began_s
    if found["requests"]:
        raise RuntimeError("a model that is nowhere was found")
    await storage.close()
    records = _HOUR_BATCHES * BATCH_RECORDS
    return [Figure(f"raw search over an hour of {records:,} full records", took_s * 1e3, "ms")]


def _app(connection_string: str, now: datetime) -> tuple[TableStorage, App]:
    storage = TableStorage(
        account_from_connection_string(connection_string), lambda: datetime.now(UTC)
    )
    settings = Settings(hash_key="k" * 32)
    return storage, assemble(settings, CreatingTables(storage), NoTelemetry(), lambda: now)


async def _post(app: App, batches: list[bytes], at: datetime) -> None:
    for start in range(0, len(batches), _AT_ONCE):
        bodies = [
            b'{"requests":' + in_minute(batch, at - timedelta(minutes=1)) + b"}"
            for batch in batches[start : start + _AT_ONCE]
        ]
        await asyncio.gather(
            *(ingest_requests(body, strict=True, ports=app.ingest) for body in bodies)
        )


async def _tick_s(app: App, now: datetime) -> float:
    run = await roll_up(
        now=now,
        ports=app.rollup,
        evaluation_delay_s=30,
        timer=time.perf_counter,
        budget_s=_TICK_BUDGET_S,
    )
    if not run.complete:
        raise RuntimeError("the rollup did not end in time")
    return run.elapsed_s
