"""Storage operations and stored bytes per record, rollup included, counted on memory tables."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta

from shared.adapters.creating_tables import CreatingTables
from shared.adapters.entity import Entity, Op
from shared.adapters.entity_limits import size_bytes
from shared.adapters.memory import MemoryTables
from shared.adapters.no_telemetry import NoTelemetry
from shared.bootstrap import assemble
from shared.domain.timeline import instant, minute_of
from shared.services.ingest import ingest_requests
from shared.services.rollup import roll_up
from shared.settings import Settings
from tools.bench.figure import Figure
from tools.bench.records import BATCH_RECORDS, Shape, in_minute, templates

_BATCHES = 300
_TARGET_BYTES = {Shape.PLAIN: 25.0, Shape.FULL: 100.0}


class CountingTables(MemoryTables):
    """Memory tables that count what Azure would bill: each entity written, each page read."""

    def __init__(self) -> None:
        """Begin at nothing."""
        super().__init__()
        self.operations = 0

    async def insert(self, table: str, entity: Entity) -> str:
        """Count one and insert."""
        self.operations += 1
        return await super().insert(table, entity)

    async def replace(self, table: str, entity: Entity) -> str:
        """Count one and replace."""
        self.operations += 1
        return await super().replace(table, entity)

    async def upsert(self, table: str, entity: Entity) -> str:
        """Count one and upsert."""
        self.operations += 1
        return await super().upsert(table, entity)

    async def get(
        self, table: str, partition: str, row: str, *, select: Sequence[str] = ()
    ) -> Entity | None:
        """Count one and get."""
        self.operations += 1
        return await super().get(table, partition, row, select=select)

    async def query(
        self,
        table: str,
        partition: str,
        *,
        first: str = "",
        end: str = "",
        select: Sequence[str] = (),
    ) -> AsyncIterator[Entity]:
        """Count one for each page of 1,000 and yield."""
        seen = 0
        found = super().query(table, partition, first=first, end=end, select=select)
        async for entity in found:
            self.operations += seen % 1_000 == 0
            seen += 1
            yield entity
        self.operations += seen == 0

    async def transact(self, table: str, ops: Sequence[Op]) -> None:
        """Count each operation and apply them."""
        self.operations += len(ops)
        await super().transact(table, ops)

    def stored_bytes(self) -> int:
        """Return what all entities weigh."""
        return sum(size_bytes(e) for rows in self._tables.values() for e in rows.values())


def measure() -> list[Figure]:
    """Return operations per million records and bytes per record of both shapes."""
    figures: list[Figure] = []
    for shape, target in _TARGET_BYTES.items():
        operations, size = asyncio.run(_stored(shape))
        records = _BATCHES * BATCH_RECORDS
        million = operations * 1_000_000 / records
        figures += [
            Figure(f"storage operations a million {shape} records", million, "", 7_000),
            Figure(f"stored bytes a {shape} record", size / records, "bytes", target),
        ]
    return figures


async def _stored(shape: Shape) -> tuple[int, int]:
    """Ingest five minutes of batches with a rollup each minute; return operations and bytes."""
    tables = CountingTables()
    clock = [datetime(2026, 11, 23, 10, tzinfo=UTC)]
    app = assemble(Settings(), CreatingTables(tables), NoTelemetry(), lambda: clock[0])
    arrays = templates(shape, 32)
    for number in range(_BATCHES):
        minute = minute_of(clock[0])
        records = in_minute(arrays[number % len(arrays)], instant(minute))
        body = b'{"batch_id":"b%d","requests":' % number + records + b"}"
        clock[0] += timedelta(milliseconds=1)
        await ingest_requests(body, strict=False, ports=app.ingest)
        if (number + 1) % (_BATCHES // 5) == 0:
            clock[0] = instant(minute + 1)
            await roll_up(
                now=clock[0],
                ports=app.rollup,
                evaluation_delay_s=30,
                timer=lambda: 0.0,
                budget_s=60.0,
            )
    return tables.operations, tables.stored_bytes()
