"""A monitor in memory, minute by minute: values go in, evaluations run, events come out."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from shared.adapters import tables as layout
from shared.adapters.alert_store import AlertStore
from shared.adapters.control_store import CursorStore
from shared.adapters.dispatch_store import DispatchStore
from shared.adapters.document_store import DocumentStore
from shared.adapters.entity import Tables
from shared.adapters.group_store import GroupStore
from shared.adapters.memory import MemoryTables
from shared.domain.alert.alert import Context, Instance
from shared.domain.event import Event, GaugePoint
from shared.domain.label import Labels
from shared.domain.metric.frame import Frame
from shared.domain.metric.sampling import Data
from shared.domain.rule.count_span import CountSpan
from shared.domain.rule.rule import AlertRule
from shared.domain.timeline import instant, minute_of
from shared.errors import Unavailable
from shared.services.alerting import AlertingPorts, Evaluation, evaluate_alerts
from shared.services.metric_registry import MetricRegistry
from shared.services.ports import Cursor, Cursors
from shared.services.references import ReferencePorts
from shared.services.rollup import COMPLETE_THROUGH
from shared.services.rules import put_rule
from tests.domain.factories import metric, metric_rollup
from tests.domain.rule_factories import BREACH, CLEAN, MINUTE, T0

START = minute_of(T0)


class FakeTelemetry:
    """Application Insights that can be down.

    Attributes:
        enabled: whether there is a connection string.
        down: whether the endpoint refuses.
        arrived: every event taken, in order, resends included.
    """

    def __init__(self, *, enabled: bool = True) -> None:
        self.enabled = enabled
        self.down = False
        self.arrived: list[Event] = []

    async def send_events(self, events: Sequence[Event]) -> None:
        if self.down:
            raise Unavailable("the endpoint answers 503")
        self.arrived += events

    async def send_metrics(self, points: Sequence[GaugePoint]) -> None:
        raise AssertionError("alerting sends no metrics")


@dataclass
class Monitor:
    """Alerting over stores in memory and values given by hand.

    Attributes:
        values: (metric, labels, minute) -> the values reported in that minute.
        loads: the spans that were loaded.
        references: baselines and budgets; none unless given.
    """

    tables: Tables
    alerts: AlertStore
    documents: DocumentStore
    cursors: Cursors
    context: Context = field(default_factory=lambda: Context("test"))
    values: dict[tuple[str, Labels, int], list[float]] = field(default_factory=dict)
    loads: list[tuple[int, int]] = field(default_factory=list)
    references: ReferencePorts = field(default_factory=ReferencePorts)

    @property
    def groups(self) -> GroupStore:
        return GroupStore(self.tables)

    @property
    def dispatches(self) -> DispatchStore:
        return DispatchStore(self.tables)

    @property
    def ports(self) -> AlertingPorts:
        registry = MetricRegistry(self.documents)
        return AlertingPorts(
            self.documents,
            self.cursors,
            self.alerts,
            registry,
            self.load_frame,
            self.references,
        )

    async def load_frame(
        self, first: int, end: int, *, counts: CountSpan | None = None, scores: bool = False
    ) -> Frame:
        del scores
        self.loads.append((first, end))
        start = first - 90
        counted_from = min(start, counts.first) if counts else start
        records = [
            metric(name=name, value=value, timestamp=instant(minute), attributes=dict(labels))
            for (name, labels, minute), values in self.values.items()
            if counted_from <= minute < end
            for value in values
        ]
        whole = [metric_rollup(*records)] if records else []
        recent = [part.between(start, end) for part in whole]
        return Frame(Data(metrics=recent), start, end, history=Data(metrics=whole))

    async def add(self, *rules: AlertRule) -> None:
        for rule in rules:
            await put_rule(rule, documents=self.documents)

    def report(self, at: int, *values: float, name: str = "latency", labels: Labels = ()) -> None:
        """Report values in the minute T0 + at."""
        self.values.setdefault((name, labels, START + at), []).extend(values)

    def story(self, minutes: str, first: int = 0) -> None:
        """Report one value a minute: x is a breach, a point is none, _ is no value."""
        for at, sign in enumerate(minutes):
            if sign != "_":
                self.report(first + at, BREACH if sign == "x" else CLEAN)

    async def complete(self, at: int) -> None:
        """Say that everything before T0 + at is rolled up."""
        stored = await self.cursors.read(COMPLETE_THROUGH)
        etag = stored.etag if stored else None
        await self.cursors.write(COMPLETE_THROUGH, Cursor(START + at, {}, etag))

    async def evaluate(
        self, at: int, *, catch_up_m: int = 60, now: datetime | None = None, budget_s: float = 60.0
    ) -> Evaluation:
        """Complete everything before T0 + at and run the evaluation half a minute later."""
        await self.complete(at)
        return await self.run(at, catch_up_m=catch_up_m, now=now, budget_s=budget_s)

    async def run(
        self, at: int, *, catch_up_m: int = 60, now: datetime | None = None, budget_s: float = 60.0
    ) -> Evaluation:
        """Run the evaluation half a minute after T0 + at."""
        return await evaluate_alerts(
            now=now or T0 + at * MINUTE + MINUTE / 2,
            ports=self.ports,
            context=self.context,
            catch_up_m=catch_up_m,
            timer=lambda: 0.0,
            budget_s=budget_s,
        )

    async def events(self) -> list[Event]:
        """Return the events in the outbox."""
        return await self.alerts.pending_events(10_000)

    async def instances(self, rule: str = "slow") -> dict[Labels, Instance]:
        """Return a rule's stored instances by label set."""
        stored = (await self.alerts.states()).get(rule)
        return {each.labels: each for each in stored.state.instances} if stored else {}


async def monitor(*rules: AlertRule, tables: Tables | None = None) -> Monitor:
    """Return a monitor with these rules beside the built-in ones."""
    tables = tables or MemoryTables()
    for table in layout.FIXED_TABLES:
        await tables.create_table(table)
    made = Monitor(tables, AlertStore(tables), DocumentStore(tables), CursorStore(tables))
    await made.add(*rules)
    return made


def told(events: Sequence[Event]) -> list[str]:
    """Return events as `minute name[/suppressed_by]`, counted from T0."""
    return [
        f"{minute_of(event.time) - START} {event.name.removeprefix('alert.')}"
        + (f"/{event.properties['suppressed_by']}" if event.properties["suppressed_by"] else "")
        for event in sorted(events, key=lambda event: (event.time, event.event_id))
    ]
