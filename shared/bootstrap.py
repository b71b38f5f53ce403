"""Wiring: the settings of this process and the adapters they ask for, built on first use.

Importing this module builds nothing and connects to nothing; adapters that are slow to import are
imported when they are needed first.
"""

import os
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache

from shared.adapters.alert_store import AlertStore
from shared.adapters.anomaly_store import AnomalyStore
from shared.adapters.chunk_store import ChunkStore
from shared.adapters.control_store import CatalogueStore, CursorStore, DirtyStore, SecretStore
from shared.adapters.digest_store import DigestStore
from shared.adapters.dispatch_store import DispatchStore
from shared.adapters.document_store import DocumentStore
from shared.adapters.entity import Tables
from shared.adapters.group_store import GroupStore
from shared.adapters.list_prices import published_prices
from shared.adapters.metered_tables import MeteredTables
from shared.adapters.outside import (
    Outside,
    account_of,
    outside_of,
    tables_of,
    telemetry_of,
)
from shared.adapters.own_use_store import OwnUseStore
from shared.adapters.rollup_store import RollupStore
from shared.adapters.session_store import SessionStore
from shared.domain.alert.alert import Context
from shared.services.alert_ports import Frames
from shared.services.arrivals import Arrivals
from shared.services.baseline_normals import StoredBaselines
from shared.services.budget_shares import StoredBudgets
from shared.services.channel_ports import ChannelPorts
from shared.services.costs import CostPorts
from shared.services.digests import DigestPorts
from shared.services.erasure_ports import ErasurePorts
from shared.services.frames import FrameLoader
from shared.services.ingest import IngestPorts
from shared.services.metric_registry import MetricRegistry
from shared.services.named_boards import NamedBoards
from shared.services.own_use import MeteredTelemetry, OwnMeter, OwnUses
from shared.services.ports import Telemetry
from shared.services.pricing import PricingLoader
from shared.services.reading import ReadPorts
from shared.services.references import ReferencePorts
from shared.services.refresh import Counted, RefreshPorts
from shared.services.retirement_notes import StoredSuccessors
from shared.services.rollup import RollupPorts, RollupStart
from shared.settings import Settings, settings_from

_ACCEPTED_LESS = timedelta(days=1)
_given: "list[App]" = []


@dataclass(frozen=True, slots=True)
class App:
    """Everything a trigger hands to a service.

    Attributes:
        settings: of this process.
        clock: the time, UTC.
        chunks: raw records.
        rollups: minute, hour and day rollups.
        cursors: positions of the timers.
        dirty: late buckets.
        documents: rules, deployments and other small state.
        alerts: alert states, outbox and history.
        groups: groups of alerts on their way to channels.
        sessions: requests that are reported in two calls.
        channels: receivers of notifications, and what is on its way to them.
        telemetry: Application Insights, or nowhere.
        registry: kinds and units of metrics.
        ingest: what taking in a batch needs.
        rollup: what the rollup timer works on.
        reading: what queries need.
        digests: what daily digests are made from, and where they are kept.
        anomalies: scores of every step, and what scoring remembers.
        load_frame: minutes [first, end) -> the frame that rules are evaluated over.
        references: baselines and budgets that rules are held against.
        load_pricing: what models cost, and how deployments are sold, as stored at this moment.
        costs: what costs are made from.
        meter: counts what this process uses.
        own_uses: what all processes used.
        erasure: what erasing an application works on.
        tables: the storage below it all.
    """

    settings: Settings
    clock: Callable[[], datetime]
    chunks: ChunkStore
    rollups: RollupStore
    cursors: CursorStore
    dirty: DirtyStore
    documents: DocumentStore
    alerts: AlertStore
    groups: GroupStore
    sessions: SessionStore
    channels: ChannelPorts
    telemetry: Telemetry
    registry: MetricRegistry
    ingest: IngestPorts
    rollup: RollupPorts
    reading: ReadPorts
    digests: DigestPorts
    anomalies: AnomalyStore
    load_frame: Frames
    references: ReferencePorts
    load_pricing: PricingLoader
    costs: CostPorts
    meter: OwnMeter
    own_uses: OwnUses
    erasure: ErasurePorts
    tables: Tables


def assemble(
    settings: Settings,
    tables: Tables,
    telemetry: Telemetry,
    clock: Callable[[], datetime],
    outside: Outside | None = None,
) -> App:
    """Return the app over given tables and telemetry: one wiring, in production and in tests."""
    uses = OwnUseStore(tables)
    meter = OwnMeter(uses, uuid.uuid4().hex)
    tables, telemetry = MeteredTables(tables, meter.operated), MeteredTelemetry(telemetry, meter)
    chunks = ChunkStore(tables, shards=settings.chunk_shards)
    rollups, cursors, dirty = RollupStore(tables), CursorStore(tables), DirtyStore(tables)
    documents, outside = DocumentStore(tables), outside or Outside()
    anomalies = AnomalyStore(tables)
    counted = Counted()
    refresh = RefreshPorts(
        chunks, rollups, CatalogueStore(tables), settings.series_tags, settings.max_series
    )
    load_pricing = PricingLoader(documents, published_prices)
    boards = NamedBoards(anomalies, load_pricing)
    reading = ReadPorts(refresh, cursors, dirty, counted, clock, load_pricing, boards)
    costs = CostPorts(reading, documents)
    alerts, sessions, registry = AlertStore(tables), SessionStore(tables), MetricRegistry(documents)
    digests = DigestPorts(chunks, rollups, cursors, DigestStore(tables), load_pricing)
    return App(
        settings=settings,
        clock=clock,
        chunks=chunks,
        rollups=rollups,
        cursors=cursors,
        dirty=dirty,
        documents=documents,
        alerts=alerts,
        groups=GroupStore(tables),
        sessions=sessions,
        channels=ChannelPorts(
            documents=documents,
            dispatches=DispatchStore(tables),
            queue=outside.queue,
            webhooks=outside.webhooks,
            secret=outside.secret,
            allow_private=settings.allow_private_webhooks,
            environment=settings.environment,
        ),
        telemetry=telemetry,
        registry=registry,
        ingest=IngestPorts(
            chunks,
            dirty,
            RollupStart(cursors),
            SecretStore(tables, settings.hash_key),
            timedelta(days=settings.chunk_retention_d) - _ACCEPTED_LESS,
            clock,
        ),
        rollup=RollupPorts(replace(refresh, arrivals=Arrivals()), cursors, dirty, counted),
        reading=reading,
        digests=digests,
        anomalies=anomalies,
        load_frame=FrameLoader(rollups, load_pricing, cursors, boards),
        references=ReferencePorts(
            StoredBaselines(documents), StoredBudgets(documents, costs), StoredSuccessors(reading)
        ),
        load_pricing=load_pricing,
        costs=costs,
        meter=meter,
        own_uses=uses,
        erasure=ErasurePorts(
            documents=documents,
            refresh=refresh,
            counted=counted,
            cursors=cursors,
            dirty=dirty,
            digests=digests.digests,
            alerts=alerts,
            registry=registry,
            sessions=sessions,
            context=Context(settings.environment, connected=telemetry.enabled),
            clock=clock,
            kept_days=settings.day_retention_d,
        ),
        tables=tables,
    )


@cache
def app() -> App:
    """Return the app of this process: the one given, else the one that its settings describe."""
    if _given:
        return _given[-1]
    settings = settings_from(os.environ)
    account = account_of(settings)
    outside = outside_of(settings, account, os.environ.get)
    return assemble(settings, tables_of(account, _now), telemetry_of(settings), _now, outside)


@contextmanager
def given_app(given: App) -> Iterator[App]:
    """Let triggers work on an assembled app meanwhile: for tests and tools."""
    _given.append(given)
    app.cache_clear()
    try:
        yield given
    finally:
        _given.pop()
        app.cache_clear()


def _now() -> datetime:
    return datetime.now(UTC)
