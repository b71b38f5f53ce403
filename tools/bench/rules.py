"""One tick of alert evaluation: 200 rules over 60 label sets, states and data on Azurite."""

import asyncio
import statistics
import time
from datetime import UTC, datetime, timedelta

import msgspec

from shared.adapters.creating_tables import CreatingTables
from shared.adapters.no_telemetry import NoTelemetry
from shared.adapters.table_account import account_from_connection_string
from shared.adapters.table_storage import TableStorage
from shared.bootstrap import App, assemble
from shared.domain.alert import Context
from shared.domain.rule_input import parse_rule
from shared.domain.timeline import floor_to, instant, minute_of
from shared.services.alerting import AlertingPorts, evaluate_alerts
from shared.services.ingest import ingest_requests
from shared.services.rollup import roll_up
from shared.services.rules import put_rule
from shared.settings import Settings
from tools.azurite import Azurite
from tools.bench.figure import Figure

_RULES = 200
_LABEL_SETS = 60
_MINUTES = 12
_METRICS = ("model_response_time", "model_error_rate", "model_tokens_used", "model_requests_total")
_AGGREGATIONS = {
    "model_response_time": ("avg", "max", "p95", "p99"),
    "model_error_rate": ("avg", "max"),
    "model_tokens_used": ("sum", "avg"),
    "model_requests_total": ("rate", "sum"),
}


def measure() -> list[Figure]:
    """Return the median time of a tick that evaluates one minute."""
    with Azurite.start() as azurite:
        taken_ms = asyncio.run(_ticks(azurite.connection_string))
    name = f"{_RULES} rules over {_LABEL_SETS} label sets, one minute"
    return [Figure(name, statistics.median(taken_ms), "ms", 500)]


async def _ticks(connection_string: str) -> list[float]:
    clock = [datetime.now(UTC)]
    storage = TableStorage(
        account_from_connection_string(connection_string), lambda: datetime.now(UTC)
    )
    app = assemble(Settings(), CreatingTables(storage), NoTelemetry(), lambda: clock[0])
    first = floor_to(minute_of(clock[0]), 60) - 60
    await _fill(app, clock, first)
    taken: list[float] = []
    for number in range(6, _MINUTES):
        clock[0] = instant(first + number) + timedelta(seconds=31)
        await _roll(app, clock[0])
        began_s = time.perf_counter()
        done = await _evaluate(app, clock[0])
        taken.append((time.perf_counter() - began_s) * 1e3)
        if done != 1 and number > 6:
            raise RuntimeError(f"{done} minutes were evaluated, expected 1")
    await storage.close()
    return taken[1:]


async def _fill(app: App, clock: list[datetime], first: int) -> None:
    for number in range(_RULES):
        metric = _METRICS[number % len(_METRICS)]
        kinds = _AGGREGATIONS[metric]
        rule = {
            "name": f"rule-{number}",
            "metric": metric,
            "aggregation": kinds[number // len(_METRICS) % len(kinds)],
            "comparison": ">",
            "threshold": 1e12,
            "window_s": 60 * (1 + number % 5),
        }
        await put_rule(parse_rule(msgspec.json.encode(rule)), documents=app.documents)
    for number in range(_MINUTES):
        clock[0] = instant(first + number) + timedelta(seconds=40)
        records = [
            {
                "model": f"model-{at % 6}",
                "deployment": f"deployment-{at}",
                "start_time": instant(first + number).isoformat(),
                "duration_ms": 500 + at * 10 + part,
                "input_tokens": 1_000,
                "output_tokens": 200,
            }
            for at in range(_LABEL_SETS)
            for part in range(20)
        ]
        body = msgspec.json.encode({"requests": records})
        await ingest_requests(body, strict=False, ports=app.ingest)


async def _roll(app: App, now: datetime) -> None:
    await roll_up(
        now=now, ports=app.rollup, evaluation_delay_s=30, timer=time.monotonic, budget_s=60.0
    )


async def _evaluate(app: App, now: datetime) -> int:
    ports = AlertingPorts(app.documents, app.cursors, app.alerts, app.registry, app.load_frame)
    done = await evaluate_alerts(
        now=now,
        ports=ports,
        context=Context("bench", connected=False),
        catch_up_m=60,
        timer=time.monotonic,
        budget_s=60.0,
    )
    return done.evaluated_m
