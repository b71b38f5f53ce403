"""Wiring: the settings of this process and the adapters they ask for, built on first use.

Importing this module builds nothing and connects to nothing; adapters that are slow to import are
imported when they are needed first.
"""

import os
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

from shared.adapters.alert_store import AlertStore
from shared.adapters.chunk_store import ChunkStore
from shared.adapters.control_store import CatalogueStore, CursorStore, DirtyStore, SecretStore
from shared.adapters.creating_tables import CreatingTables
from shared.adapters.document_store import DocumentStore
from shared.adapters.entity import Tables
from shared.adapters.no_telemetry import NoTelemetry
from shared.adapters.rollup_store import RollupStore
from shared.adapters.session_store import SessionStore
from shared.domain.frame import Frame
from shared.errors import InvalidInput
from shared.services.frames import FrameLoader
from shared.services.ingest import IngestPorts
from shared.services.metric_registry import MetricRegistry
from shared.services.ports import Telemetry
from shared.services.reading import ReadPorts
from shared.services.refresh import Counted, RefreshPorts
from shared.services.rollup import RollupPorts, RollupStart
from shared.settings import STORAGE, STORAGE_ACCOUNT, Settings, settings_from

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
        sessions: requests that are reported in two calls.
        telemetry: Application Insights, or nowhere.
        registry: kinds and units of metrics.
        ingest: what taking in a batch needs.
        rollup: what the rollup timer works on.
        reading: what queries need.
        load_frame: minutes [first, end) -> the frame that rules are evaluated over.
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
    sessions: SessionStore
    telemetry: Telemetry
    registry: MetricRegistry
    ingest: IngestPorts
    rollup: RollupPorts
    reading: ReadPorts
    load_frame: Callable[[int, int], Awaitable[Frame]]
    tables: Tables


def assemble(
    settings: Settings, tables: Tables, telemetry: Telemetry, clock: Callable[[], datetime]
) -> App:
    """Return the app over given tables and telemetry: one wiring, in production and in tests."""
    chunks = ChunkStore(tables, shards=settings.chunk_shards)
    rollups, cursors, dirty = RollupStore(tables), CursorStore(tables), DirtyStore(tables)
    documents = DocumentStore(tables)
    counted = Counted()
    refresh = RefreshPorts(
        chunks, rollups, CatalogueStore(tables), settings.series_tags, settings.max_series
    )
    return App(
        settings=settings,
        clock=clock,
        chunks=chunks,
        rollups=rollups,
        cursors=cursors,
        dirty=dirty,
        documents=documents,
        alerts=AlertStore(tables),
        sessions=SessionStore(tables),
        telemetry=telemetry,
        registry=MetricRegistry(documents),
        ingest=IngestPorts(
            chunks,
            dirty,
            RollupStart(cursors),
            SecretStore(tables, settings.hash_key),
            timedelta(days=settings.chunk_retention_d) - _ACCEPTED_LESS,
            clock,
        ),
        rollup=RollupPorts(refresh, cursors, dirty, counted),
        reading=ReadPorts(refresh, cursors, dirty, counted, clock),
        load_frame=FrameLoader(rollups, documents, cursors),
        tables=tables,
    )


@cache
def app() -> App:
    """Return the app of this process: the one given, else the one that its settings describe."""
    if _given:
        return _given[-1]
    settings = settings_from(os.environ)
    return assemble(settings, _tables(settings), _telemetry(settings), _now)


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


def _tables(settings: Settings) -> Tables:
    from shared.adapters.table_account import account_from_connection_string, account_with_identity
    from shared.adapters.table_storage import TableStorage

    if settings.storage:
        account = account_from_connection_string(settings.storage)
    elif settings.storage_account:
        account = account_with_identity(
            settings.storage_account, settings.storage_tables, settings.storage_client_id
        )
    else:
        raise InvalidInput.at(STORAGE, f"expected this setting, or {STORAGE_ACCOUNT}")
    return CreatingTables(TableStorage(account, _now))


def _telemetry(settings: Settings) -> Telemetry:
    if not settings.insights:
        return NoTelemetry()
    from shared.adapters.appinsights import AppInsights

    return AppInsights(settings.insights, _insights_credential(settings))


def _insights_credential(settings: Settings) -> object | None:
    if "Authorization=AAD" not in settings.insights_authentication:
        return None
    from azure.identity import ManagedIdentityCredential

    fields = dict(
        part.split("=", 1) for part in settings.insights_authentication.split(";") if "=" in part
    )
    return ManagedIdentityCredential(client_id=fields.get("ClientId"))
