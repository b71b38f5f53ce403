"""One tick of burn-rate rules, which look back three days, rollups and states on Azurite.

An hour of requests is rolled up once and stored again and again; hours and days are merged from the
buckets as the rollup timer merges them.
"""

import asyncio
import statistics
import time
from datetime import UTC, datetime, timedelta

import msgspec
import numpy as np

from shared.adapters.creating_tables import CreatingTables
from shared.adapters.no_telemetry import NoTelemetry
from shared.adapters.table_account import account_from_connection_string
from shared.adapters.table_storage import TableStorage
from shared.bootstrap import App, assemble
from shared.domain.alert.alert import Context
from shared.domain.rollup.measures import Kind
from shared.domain.rollup.stored_rollup import Grain, StoredRollup
from shared.domain.rule.input import parse_rule
from shared.domain.timeline import BUCKET_M, HOUR_M, floor_to, instant, minute_of
from shared.services.alerting import AlertingPorts, evaluate_alerts
from shared.services.coarser import refresh_coarser
from shared.services.ports import Cursor
from shared.services.rollup import COMPLETE_THROUGH
from shared.services.rules import put_rule
from shared.settings import Settings
from tools.azurite import Azurite
from tools.bench.backtest import bucket_rollup, moved
from tools.bench.figure import Figure

_RULES = 20
_LABEL_SETS = 60
_HOURS = 80
_TICKS = 8
_AGO_M = 30


def measure() -> list[Figure]:
    """Return how long the first tick of a process takes, and the median of those after it."""
    with Azurite.start() as azurite:
        first_ms, *taken_ms = asyncio.run(_ticks(azurite.connection_string))
    name = f"{_RULES} burn-rate rules over {_LABEL_SETS} label sets and 3 days, one minute"
    return [
        Figure(name, statistics.median(taken_ms), "ms"),
        Figure(f"first tick of a process: {name}", first_ms, "ms"),
    ]


async def _ticks(connection_string: str) -> list[float]:
    account = account_from_connection_string(connection_string)
    storage = TableStorage(account, lambda: datetime.now(UTC))
    filling = assemble(
        Settings(), CreatingTables(storage), NoTelemetry(), lambda: datetime.now(UTC)
    )
    end = floor_to(minute_of(datetime.now(UTC)), HOUR_M) - HOUR_M
    await _fill(filling, end - _HOURS * HOUR_M, end)
    # A process of its own: what filling has read is not in its memory.
    app = assemble(Settings(), CreatingTables(storage), NoTelemetry(), lambda: datetime.now(UTC))
    taken_ms = [await _tick(app, end - _AGO_M + number) for number in range(_TICKS)]
    await storage.close()
    return taken_ms


async def _tick(app: App, minute: int) -> float:
    stored = await app.cursors.read(COMPLETE_THROUGH)
    etag = stored.etag if stored else None
    await app.cursors.write(COMPLETE_THROUGH, Cursor(minute, {}, etag))
    began_s = time.perf_counter()
    done = await evaluate_alerts(
        now=instant(minute) + timedelta(seconds=35),
        ports=AlertingPorts(app.documents, app.cursors, app.alerts, app.registry, app.load_frame),
        context=Context("bench", connected=False),
        catch_up_m=1,
        timer=time.monotonic,
        budget_s=60.0,
    )
    if done.evaluated_m != 1:
        raise RuntimeError(f"{done.evaluated_m} minutes were evaluated, expected 1")
    return (time.perf_counter() - began_s) * 1e3


async def _fill(app: App, first: int, end: int) -> None:
    rng = np.random.default_rng(3)
    hour = [bucket_rollup(rng, bucket) for bucket in range(first, first + HOUR_M, BUCKET_M)]
    for later in range(0, end - first, HOUR_M):
        for at, rollup in enumerate(hour):
            await app.rollups.write(
                Kind.REQUEST,
                Grain.BUCKET,
                first + later + at * BUCKET_M,
                StoredRollup(moved(rollup, later)),
            )
    await refresh_coarser(Kind.REQUEST, range(first, end, BUCKET_M), app.rollups)
    for number in range(_RULES):
        await put_rule(parse_rule(msgspec.json.encode(_rule(number))), documents=app.documents)


def _rule(number: int) -> dict[str, object]:
    stated: dict[str, object] = {
        "name": f"slo-{number}",
        "kind": "burn_rate",
        "objective": round(0.9 + number / 300, 4),
    }
    if number % 2:
        return stated | {"metric": "model_response_time", "below_ms": 2_000 + number}
    return stated | {
        "bad": {"metric": "model_errors_total"},
        "total": {"metric": "model_requests_total"},
        "filter": {"model": f"model-{number % 6}"},
    }
