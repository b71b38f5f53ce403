"""Anomaly scoring as the app does it: 60 deployments, 5 series each, rollups on Azurite in memory.

A day of requests is rolled up and scored from its beginning, then the steps of an hour one by one,
as the timer does every five minutes. Then what a person asks for, a model's last day.
"""

import asyncio
import statistics
import time
from datetime import UTC, datetime

import numpy as np

from shared.adapters.creating_tables import CreatingTables
from shared.adapters.no_telemetry import NoTelemetry
from shared.adapters.table_account import account_from_connection_string
from shared.adapters.table_storage import TableStorage
from shared.bootstrap import App, assemble
from shared.domain.anomaly.board import board_bytes
from shared.domain.anomaly.scoreboard import shard_bytes
from shared.domain.anomaly.watch import STEP_M
from shared.domain.rollup.measures import REQUEST_MEASURES, Kind
from shared.domain.rollup.rollup import aggregate
from shared.domain.rollup.stored_rollup import Grain, StoredRollup
from shared.domain.span import Span
from shared.domain.timeline import BUCKET_M, DAY_M, HOUR_M, floor_to, instant, minute_of
from shared.services.anomalies import ScoringPorts, ScoringRun, score_anomalies
from shared.services.anomaly_showing import model_anomalies
from shared.services.ports import Cursor
from shared.services.rollup import COMPLETE_THROUGH
from shared.settings import Settings
from tools.azurite import Azurite
from tools.bench.backtest import bucket_rollup
from tools.bench.figure import Figure
from tools.bench.storage import CountingTables

_WRITES_AT_ONCE = 8
_ASKED = 11
_TARGET_MS = 1_000.0


def measure() -> list[Figure]:
    """Return what a run costs, in time, storage operations and bytes."""
    with Azurite.start() as azurite:
        figures = asyncio.run(_timed(azurite.connection_string))
    return figures + asyncio.run(_counted())


async def _timed(connection_string: str) -> list[Figure]:
    storage = TableStorage(
        account_from_connection_string(connection_string), lambda: datetime.now(UTC)
    )
    end = floor_to(minute_of(datetime.now(UTC)), DAY_M)
    app = assemble(
        Settings(hash_key="k" * 32), CreatingTables(storage), NoTelemetry(), lambda: instant(end)
    )
    await _fill(app, end)
    first = await _run(app, end - HOUR_M)
    runs = [await _run(app, until) for until in range(end - HOUR_M + STEP_M, end + 1, STEP_M)]
    steady_ms = 1e3 * statistics.median(run.elapsed_s for run in runs)
    figures = [
        Figure(f"scoring a step of {runs[-1].watched} series", steady_ms, "ms", _TARGET_MS),
        Figure("the slowest of 12 runs", 1e3 * max(run.elapsed_s for run in runs), "ms"),
        Figure("scoring past days", first.values / first.elapsed_s, "values/s"),
        Figure("a model's day, every point", await _asking_ms(app, end), "ms"),
    ]
    shards = await app.anomalies.shards()
    boards = await app.anomalies.boards(end - HOUR_M, end)
    state = sum(len(shard_bytes(each.shard)) for each in shards) / runs[-1].watched
    board = statistics.median(len(board_bytes(each)) for each in boards) / runs[-1].watched
    await storage.close()
    return [
        *figures,
        Figure("state of one series, stored", state / 1e3, "kB"),
        Figure("a score with value and band, stored", board, "bytes"),
    ]


async def _counted() -> list[Figure]:
    """Return storage operations of a run that scores, and of one with nothing to do."""
    tables = CountingTables()
    end = floor_to(minute_of(datetime(2026, 11, 23, tzinfo=UTC)), DAY_M)
    app = assemble(Settings(), CreatingTables(tables), NoTelemetry(), lambda: instant(end))
    await _fill(app, end)
    await _run(app, end - STEP_M)
    before = tables.operations
    await _run(app, end)
    scoring, before = tables.operations - before, tables.operations
    await _run(app, end)
    return [
        Figure("storage operations of a run that scores a step", scoring, ""),
        Figure("storage operations of a run with nothing to score", tables.operations - before, ""),
    ]


async def _run(app: App, end: int) -> ScoringRun:
    cursor = await app.cursors.read(COMPLETE_THROUGH)
    moved = Cursor(end, {}, cursor.etag if cursor else None)
    if cursor is None or cursor.minute < end:
        await app.cursors.write(COMPLETE_THROUGH, moved)
    ports = ScoringPorts(app.rollups, app.anomalies, app.cursors, app.load_pricing)
    return await score_anomalies(ports=ports, timer=time.perf_counter, budget_s=600.0)


async def _asking_ms(app: App, end: int) -> float:
    (board,) = await app.anomalies.boards(end - STEP_M, end)
    taken: list[float] = []
    for _ in range(_ASKED):
        began_s = time.perf_counter()
        await model_anomalies(
            board.series[0].model,
            "",
            "",
            Span(end - DAY_M, end),
            boards=app.anomalies,
            cursors=app.cursors,
        )
        taken.append(1e3 * (time.perf_counter() - began_s))
    return statistics.median(taken[1:])


async def _fill(app: App, end: int) -> None:
    rng = np.random.default_rng(60)
    for hour in range(end - DAY_M, end, HOUR_M):
        buckets = {at: bucket_rollup(rng, at) for at in range(hour, hour + HOUR_M, BUCKET_M)}
        whole = aggregate(
            buckets.values(), REQUEST_MEASURES, step=lambda slots: slots - slots % HOUR_M
        )
        writes = [
            app.rollups.write(Kind.REQUEST, Grain.BUCKET, at, StoredRollup(each))
            for at, each in buckets.items()
        ]
        writes.append(app.rollups.write(Kind.REQUEST, Grain.HOUR, hour, StoredRollup(whole)))
        for at in range(0, len(writes), _WRITES_AT_ONCE):
            await asyncio.gather(*writes[at : at + _WRITES_AT_ONCE])
