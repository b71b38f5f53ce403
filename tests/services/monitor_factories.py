"""The app in memory: tests set its clock, restart its process and run its timers."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import msgspec

from shared.adapters.creating_tables import CreatingTables
from shared.adapters.entity import Tables
from shared.adapters.memory import MemoryTables
from shared.adapters.no_telemetry import NoTelemetry
from shared.bootstrap import App, assemble
from shared.domain.event import Event, GaugePoint
from shared.domain.metric.window import Aggregation
from shared.domain.rollup.stored_rollup import Grain
from shared.domain.span import Span
from shared.domain.timeline import minute_of, rfc3339
from shared.errors import Unavailable
from shared.services.ingest import IngestAnswer, ingest_requests
from shared.services.metrics import ingest_metrics
from shared.services.ports import Telemetry
from shared.services.report import model_report
from shared.services.retention import RetentionRun, retain
from shared.services.rollup import RollupRun, roll_up
from shared.services.series import SeriesQuery, query_series
from shared.services.summary import summarise
from shared.settings import Settings
from tests.domain.factories import MINUTE, T0

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
MODEL = "gpt-5-mini"
KEEP = {Grain.BUCKET: 35, Grain.HOUR: 400, Grain.DAY: 1826}

type Json = dict[str, Any]


def sent(end: datetime = T0, duration_ms: float = 1000.0, **fields: Any) -> Json:
    """Return a successful request that ended at a time."""
    start = end - timedelta(milliseconds=duration_ms)
    return {"model": MODEL, "start_time": rfc3339(start), "duration_ms": duration_ms} | fields


def value(name: str, at: datetime = T0, **fields: Any) -> Json:
    """Return a gauge of 4."""
    given = {"name": name, "kind": "gauge", "timestamp": rfc3339(at)} | fields
    return given if "values" in given else {"value": 4} | given


def span(first: datetime, end: datetime) -> Span:
    """Return the minutes between two times."""
    return Span(minute_of(first), minute_of(end))


class FakeInsights:
    """Application Insights that keeps what it is sent, and can be down."""

    enabled = True

    def __init__(self) -> None:
        self.down = False
        self.points: list[GaugePoint] = []
        self.events: list[Event] = []

    async def send_events(self, events: Sequence[Event]) -> None:
        self._take()
        self.events += events

    async def send_metrics(self, points: Sequence[GaugePoint]) -> None:
        self._take()
        self.points += points

    def _take(self) -> None:
        if self.down:
            raise Unavailable("the endpoint answers 503")


@dataclass
class Monitor:
    """One app over tables that outlive it.

    Attributes:
        now: what its clock shows.
        memory: what is stored.
        tables: how the app sees it.
        settings: of its processes.
    """

    now: datetime = T0 + MINUTE
    settings: Settings = field(default_factory=lambda: Settings(hash_key="of the tests"))
    memory: MemoryTables = field(default_factory=MemoryTables)
    telemetry: Telemetry = field(default_factory=NoTelemetry)
    tables: Tables | None = None

    def __post_init__(self) -> None:
        self.app: App
        self.restart()

    def restart(self) -> None:
        """Begin a process with nothing in memory."""
        tables = CreatingTables(self.tables or self.memory)
        self.app = assemble(self.settings, tables, self.telemetry, lambda: self.now)

    async def post(self, *records: Json, batch_id: str | None = None) -> IngestAnswer:
        """Take in model requests."""
        body = msgspec.json.encode({"batch_id": batch_id, "requests": records})
        return await ingest_requests(body, strict=True, ports=self.app.ingest)

    async def post_metrics(self, *records: Json, batch_id: str | None = None) -> IngestAnswer:
        """Take in metrics."""
        body = msgspec.json.encode({"batch_id": batch_id, "metrics": records})
        app = self.app
        return await ingest_metrics(body, strict=True, registry=app.registry, ports=app.ingest)

    async def roll(self, at: datetime | None = None, *, budget: float = 1e9) -> RollupRun:
        """Run the rollup timer; its budget is how often it may look at its watch."""
        self.now = at or self.now
        ticks = count()
        return await roll_up(
            now=self.now,
            ports=self.app.rollup,
            evaluation_delay_s=self.settings.evaluation_delay_s,
            timer=lambda: float(next(ticks)),
            budget_s=budget,
        )

    async def report(
        self,
        first: datetime = T0 - DAY,
        end: datetime = T0 + DAY,
        /,
        model: str = MODEL,
        **where: str,
    ) -> Json:
        """Report on a model, two days around T0 unless told otherwise."""
        return await model_report(model, where, span(first, end), ports=self.app.reading)

    async def summary(
        self, first: datetime = T0 - HOUR, end: datetime = T0 + HOUR, **where: str
    ) -> Json:
        """Summarise every metric."""
        return await summarise(
            where,
            span(first, end),
            active_alerts=0,
            ports=self.app.reading,
        )

    async def chart(
        self,
        metric: str,
        aggregation: Aggregation = Aggregation.SUM,
        *,
        over: Span,
        step_m: int = 1,
        group_by: tuple[str, ...] = (),
        where: dict[str, str] | None = None,
    ) -> dict[tuple[str, ...], list[float | None]]:
        """Return the values of a chart's points by the labels of its series."""
        query = SeriesQuery(metric, aggregation, over, step_m, group_by, where or {})
        found = await query_series(query, ports=self.app.reading)
        return {
            tuple(each["labels"].values()): [number for _, number in each["points"]]
            for each in found["series"]
        }


async def retained(
    monitor: Monitor, at: datetime, keep_days: dict[Grain, int] = KEEP
) -> RetentionRun:
    """Run the retention timer."""
    app = monitor.app
    monitor.now = at
    return await retain(
        now=at,
        chunks=app.chunks,
        rollups=app.rollups,
        cursors=app.cursors,
        dirty=app.dirty,
        keep_days=keep_days,
    )
