"""Ingest over HTTP through the local host into Azurite in memory, beside the SDK's own way."""

import asyncio
import random
import statistics
import uuid
from datetime import UTC, datetime
from pathlib import Path

from azure.data.tables.aio import TableServiceClient

from shared.domain.timeline import minute_of
from tools.apphost import HostOptions
from tools.bench.figure import Figure
from tools.bench.load import Load, post
from tools.bench.records import BATCH_RECORDS, Shape
from tools.serve import LocalApp, running_app

_RUNS = 3
_BATCHES = {Shape.PLAIN: 900, Shape.FULL: 450}
_TARGETS = {Shape.PLAIN: 150_000.0, Shape.FULL: 80_000.0}
_SDK_BATCHES = 30


def measure() -> list[Figure]:
    """Return records per second of both shapes, the ratio to the SDK, and the app's memory."""
    rates: dict[Shape, float] = {}
    with running_app(options=HostOptions(timers=False)) as app:
        _rate(app, Shape.PLAIN, 50)
        for shape, batches in _BATCHES.items():
            rates[shape] = statistics.median(_rate(app, shape, batches) for _ in range(_RUNS))
        sdk = asyncio.run(_sdk_rate(app.azurite.connection_string))
        peak_mb = _peak_mb(app)
    figures = [
        Figure(f"ingest, {shape} records, 8 connections", rate, "records/s", _TARGETS[shape], True)
        for shape, rate in rates.items()
    ]
    ratio = rates[Shape.PLAIN] / sdk
    return [
        *figures,
        Figure("azure-data-tables SDK, one entity a request, batches of 100", sdk, "records/s"),
        Figure("ingest, plain, over the SDK", ratio, "times", 60, True),
        Figure("memory of the app process, peak", peak_mb, "MB", 400),
    ]


def _rate(app: LocalApp, shape: Shape, batches: int) -> float:
    minute = minute_of(datetime.now(UTC)) - 1
    posted = post(Load(app.host.port, 8, batches, shape, minute))
    if posted.refused:
        raise RuntimeError(f"{posted.refused} posts were refused")
    return batches * BATCH_RECORDS / posted.elapsed_s


async def _sdk_rate(connection_string: str) -> float:
    """Return records per second of the SDK writing an entity for each request, 8 at a time."""
    loop = asyncio.get_running_loop()
    async with TableServiceClient.from_connection_string(connection_string) as service:
        table = await service.create_table_if_not_exists("baseline")

        async def write(worker: int) -> None:
            for number in range(worker, _SDK_BATCHES, 8):
                partition = f"{number}-{uuid.uuid4().hex}"
                await table.submit_transaction(
                    [("create", _entity(partition, row)) for row in range(100)]
                )

        began_s = loop.time()
        await asyncio.gather(*(write(worker) for worker in range(8)))
        return _SDK_BATCHES * 100 / (loop.time() - began_s)


def _entity(partition: str, row: int) -> dict[str, str | int | float]:
    return {
        "PartitionKey": partition,
        "RowKey": f"{row:04}",
        "model": "gpt-5-mini",
        "deployment": "mini-prod",
        "start_time": "2026-11-23T10:00:00.250Z",
        "duration_ms": random.uniform(100, 5_000),
        "input_tokens": 1_200,
        "output_tokens": 200,
        "finish_reason": "stop",
    }


def _peak_mb(app: LocalApp) -> float:
    status = Path(f"/proc/{app.host.child.pid}/status").read_text(encoding="ascii")
    line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024
