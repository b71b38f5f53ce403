"""One tick of alert evaluation, states and data on Azurite, and the storage operations it takes."""

import asyncio
import statistics
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import msgspec

from shared.adapters.creating_tables import CreatingTables
from shared.adapters.entity import Tables
from shared.adapters.no_telemetry import NoTelemetry
from shared.adapters.table_account import account_from_connection_string
from shared.adapters.table_storage import TableStorage
from shared.bootstrap import App, assemble
from shared.domain.alert.alert import Context
from shared.domain.metric.window import Aggregation
from shared.domain.rule.input import parse_rule
from shared.domain.rule.threshold import ThresholdRule
from shared.domain.timeline import floor_to, instant, minute_of
from shared.services.alerting import AlertingPorts, evaluate_alerts
from shared.services.ingest import ingest_requests
from shared.services.rollup import roll_up
from shared.services.rules import put_rule
from shared.settings import Settings
from tools.azurite import Azurite
from tools.bench.figure import Figure
from tools.bench.storage import CountingTables

_MINUTES = 44
_FIRST = 36
_RULE_METRICS: dict[str, tuple[str, ...]] = {
    "model_response_time": tuple(Aggregation),
    "model_error_rate": ("avg", "min", "max"),
    "model_tokens_used": ("avg", "sum", "min", "max", "last", "count", "rate"),
    "model_requests_total": ("avg", "sum", "min", "max", "last", "count", "rate"),
}
_MEASURED = [(name, each) for name, kinds in _RULE_METRICS.items() for each in kinds]
_SHARED_WINDOWS_M = 2
_FIRING_EVERY = 20


@dataclass(frozen=True, slots=True)
class Load:
    """How much there is to evaluate.

    Attributes:
        target_ms: what a tick may take; None where it only shows the growth.
        different: whether no two rules measure the same, so that nothing is shared.
        firing: whether every twentieth rule fires for each of its label sets.
    """

    rules: int
    label_sets: int
    target_ms: float | None = None
    different: bool = True
    firing: bool = False

    @property
    def name(self) -> str:
        """Return it in words."""
        alike = "different rules" if self.different else "rules, many measuring the same,"
        firing = f", {self.rules // _FIRING_EVERY} of them firing" if self.firing else ""
        return f"{self.rules:,} {alike} over {self.label_sets} label sets{firing}, one minute"


_LOADS = (
    Load(200, 60, 500),
    Load(1_000, 60, 2_000),
    Load(1_000, 60, 2_000, firing=True),
    Load(1_000, 60, different=False),
    Load(200, 240),
    Load(1_000, 240),
)
_COUNTED = (Load(200, 60), Load(1_000, 60), Load(1_000, 60, firing=True), Load(200, 240))


def measure() -> list[Figure]:
    """Return the median time of a tick that evaluates one minute, and its storage operations."""
    figures: list[Figure] = []
    for load in _LOADS:
        with Azurite.start() as azurite:
            taken_ms = asyncio.run(_timed(azurite.connection_string, load))
        figures.append(Figure(load.name, statistics.median(taken_ms), "ms", load.target_ms))
        figures.append(Figure(f"slowest of {len(taken_ms)}: {load.name}", max(taken_ms), "ms"))
    for load in _COUNTED:
        figures += _operations(load, asyncio.run(_counted(load)))
    return figures


def _operations(load: Load, counted: list[int]) -> list[Figure]:
    most = Figure(f"storage operations at most: {load.name}", max(counted), "")
    usual = Figure(f"storage operations: {load.name}", statistics.median(counted), "")
    return [usual, most]


async def _timed(connection_string: str, load: Load) -> list[float]:
    account = account_from_connection_string(connection_string)
    storage = TableStorage(account, lambda: datetime.now(UTC))
    taken_ms = [each.taken_ms for each in await _ticks(storage, load)]
    await storage.close()
    return taken_ms


async def _counted(load: Load) -> list[int]:
    tables = CountingTables()
    return [each.operations for each in await _ticks(tables, load, tables)]


@dataclass(frozen=True, slots=True)
class _Tick:
    taken_ms: float
    operations: int


async def _ticks(
    storage: Tables, load: Load, counting: CountingTables | None = None
) -> list[_Tick]:
    """Evaluate minute by minute; the first tick fills caches and is left out."""
    clock = [datetime.now(UTC)]
    app = assemble(Settings(), CreatingTables(storage), NoTelemetry(), lambda: clock[0])
    first = floor_to(minute_of(clock[0]), 60) - 60
    await _put_rules(app, load)
    await _fill(app, clock, first, load.label_sets)
    ticks: list[_Tick] = []
    for number in range(_FIRST, _MINUTES):
        clock[0] = instant(first + number) + timedelta(seconds=31)
        await _roll(app, clock[0])
        before = counting.operations if counting else 0
        began_s = time.perf_counter()
        done = await _evaluate(app, clock[0])
        taken_ms = (time.perf_counter() - began_s) * 1e3
        ticks.append(_Tick(taken_ms, counting.operations - before if counting else 0))
        if done != 1 and number > _FIRST:
            raise RuntimeError(f"{done} minutes were evaluated, expected 1")
    return ticks[1:]


async def _put_rules(app: App, load: Load) -> None:
    expressions = set()
    for number in range(load.rules):
        metric, aggregation = _MEASURED[number % len(_MEASURED)]
        step = number // len(_MEASURED)
        fires = load.firing and number % _FIRING_EVERY == 0
        stated = {
            "name": f"rule-{number}",
            "metric": metric,
            "aggregation": aggregation,
            "comparison": ">=" if fires else ">",
            "threshold": 0 if fires else 1e12,
            "window_s": 60 * (1 + (step if load.different else step % _SHARED_WINDOWS_M)),
        }
        rule = parse_rule(msgspec.json.encode(stated))
        if isinstance(rule, ThresholdRule):
            expressions.add(rule.expression)
        await put_rule(rule, documents=app.documents)
    if load.different and len(expressions) != load.rules:
        raise RuntimeError(f"{len(expressions)} of {load.rules} rules are different")


async def _fill(app: App, clock: list[datetime], first: int, label_sets: int) -> None:
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
            for at in range(label_sets)
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
