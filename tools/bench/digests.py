"""Making the digest of a day of 2.4 million records, over tables in memory."""

import asyncio
import time
from collections.abc import Mapping
from datetime import UTC, datetime

from shared.adapters.creating_tables import CreatingTables
from shared.adapters.memory import MemoryTables
from shared.adapters.no_telemetry import NoTelemetry
from shared.bootstrap import App, assemble
from shared.domain.deployment.deployment import QuotaBook
from shared.domain.digest.day import DayDigest
from shared.domain.timeline import DAY_M, instant, minute_of
from shared.services.digest_ports import DigestHead, Stage
from shared.services.digest_steps import STEPS, take_step
from shared.services.ingest import ingest_requests
from shared.settings import Settings
from tools.bench.figure import Figure
from tools.bench.records import BATCH_RECORDS, Shape, in_minute, templates

_BATCHES = 2_400
_DAY = datetime(2026, 11, 23, tzinfo=UTC)
_DAY_TARGET_S = 300.0
_MEGABYTE = 1e6


def measure() -> list[Figure]:
    """Return how long a day of each shape takes, and how large its digest is."""
    figures: list[Figure] = []
    for shape in Shape:
        taken_s, blocks = asyncio.run(_digested(shape))
        records = _BATCHES * BATCH_RECORDS
        size = sum(map(len, blocks.values()))
        seen = len(blocks["answers"]) + len(blocks["prefixes"])
        figures += [
            Figure(f"digest of 2.4 million {shape} records", taken_s, "s", _DAY_TARGET_S),
            Figure(f"the same, {shape}", records / taken_s, "records/s"),
            Figure(f"size of that digest, {shape}", (size - seen) / _MEGABYTE, "MB"),
            Figure(f"hashes last seen beside it, {shape}", seen / _MEGABYTE, "MB"),
        ]
    return figures


async def _digested(shape: Shape) -> tuple[float, Mapping[str, bytes]]:
    clock = [_DAY]
    tables = CreatingTables(MemoryTables())
    app = assemble(Settings(), tables, NoTelemetry(), lambda: clock[0])
    await _ingest(app, shape, clock)
    began_s = time.perf_counter()
    day, digest = minute_of(_DAY), DayDigest()
    for step in range(STEPS):
        await take_step(digest, day, step, app.chunks, QuotaBook())
    digest.finish()
    blocks = digest.blocks(finished=True)
    await app.digests.digests.write(day, Stage.FINISHED, DigestHead("", STEPS, 0), blocks)
    return time.perf_counter() - began_s, blocks


async def _ingest(app: App, shape: Shape, clock: list[datetime]) -> None:
    arrays = templates(shape, 64)
    for number in range(_BATCHES):
        clock[0] = instant(minute_of(_DAY) + number * DAY_M // _BATCHES)
        records = in_minute(arrays[number % len(arrays)], clock[0])
        body = b'{"batch_id":"b%d","requests":' % number + records + b"}"
        await ingest_requests(body, strict=False, ports=app.ingest)
