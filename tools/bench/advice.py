"""Concluding advice for 60 applications' requests over 30 days, and improving a configuration.

One day of requests is digested once, with what makes every section of a digest large (efforts,
temperatures, versions, repeats, retries), and stored 30 times, a day apart; so is the day that it
rolls up to. Tables are an Azurite in memory on the same cores.
"""

import asyncio
import time
from collections.abc import Mapping
from datetime import UTC, datetime

import msgspec
import numpy as np

from shared.bootstrap import App
from shared.domain.advice.scope import Scope
from shared.domain.digest.day import DayDigest
from shared.domain.digest.rows import digest_batch
from shared.domain.packing import pack, unpack
from shared.domain.record.chunk import ChunkKey, StoredChunk, by_bucket, make_chunks
from shared.domain.record.columns import columns_of, end_us
from shared.domain.record.request import RequestRecord
from shared.domain.rollup.measures import REQUEST_MEASURES, Kind
from shared.domain.rollup.requests import rollup_requests
from shared.domain.rollup.rollup import aggregate
from shared.domain.rollup.stored_rollup import Grain, StoredRollup
from shared.domain.timeline import BUCKET_M, DAY_M, HOUR_M, floor_to, instant, minute_of
from shared.services.advice import conclude_advice
from shared.services.digest_ports import DigestHead, Stage
from shared.services.digests import Budget
from shared.services.optimize import optimize
from shared.services.ports import Cursor
from shared.services.rollup import COMPLETE_THROUGH
from shared.triggers.advice import ports_of
from tools.azurite import Azurite
from tools.bench.backtest import moved
from tools.bench.figure import Figure
from tools.bench.stored_app import stored_app

_DAYS = 30
_SERIES = 60
_RECORDS = 60_000
_RUNS = 3
_ASKED = 11
_TARGET_S = 10.0
_TARGET_MS = 500.0
_HOUR_KEYS = ("k.hour",)


def measure() -> list[Figure]:
    """Return how long a run of the timer takes, and an answer."""
    with Azurite.start() as azurite:
        return asyncio.run(_measured(azurite.connection_string))


async def _measured(connection_string: str) -> list[Figure]:
    end = floor_to(minute_of(datetime.now(UTC)), DAY_M)
    now = instant(end + HOUR_M)
    async with stored_app(connection_string, lambda: now) as app:
        size = await _fill(app, end)
        budget, ports = Budget(time.monotonic, 0.0), ports_of(app)
        runs, proposed = [], 0
        for _ in range(_RUNS):
            began_s = time.perf_counter()
            run = await conclude_advice(now=now, ports=ports, budget=budget)
            runs.append(time.perf_counter() - began_s)
            proposed = max(proposed, run.proposed)
        asked = []
        for at in range(_ASKED):
            scope, began_s = Scope(f"model-{at % 6}"), time.perf_counter()
            await optimize(scope, {"max_tokens": 4000}, now=now, ports=ports, budget=budget)
            asked.append(time.perf_counter() - began_s)
    title = f"advice, {_DAYS} days x {_SERIES} series"
    return [
        Figure(
            f"{title}, the first run of the timer, {proposed} proposed", runs[0], "s", _TARGET_S
        ),
        Figure(f"{title}, a later run", float(np.median(runs[1:])), "s", _TARGET_S),
        Figure("a configuration improved", float(np.median(asked)) * 1e3, "ms", _TARGET_MS),
        Figure("digests read for it, packed", size / 1e6, "MB"),
    ]


async def _fill(app: App, end: int) -> int:
    """Store 30 days of digests and hours; return the bytes of the digests."""
    day = end - _DAYS * DAY_M
    batch = columns_of(_records(day), b"a key of the benchmark")
    digest, parts = DayDigest(), []
    chunks = {bucket: batch.rows(index) for bucket, index in by_bucket(batch, end_us(batch))}
    for hour in range(day, day + DAY_M, HOUR_M):
        for bucket in range(hour, hour + HOUR_M, BUCKET_M):
            if bucket not in chunks:
                continue
            own = chunks[bucket]
            (chunk,) = make_chunks(
                Kind.REQUEST, bucket, "b", own, end_us(own), received_us=0, limit_bytes=1 << 30
            )
            key = ChunkKey(Kind.REQUEST, bucket, 0, "b-0")
            stored = StoredChunk(key, chunk.block, 0, chunk.first_us)
            digest.add_requests([digest_batch(stored)], bucket + BUCKET_M)
            parts.append(rollup_requests(own, ()))
        digest.end_hour(hour + HOUR_M)
    digest.finish()
    blocks = digest.blocks(finished=True)
    whole = aggregate(parts, REQUEST_MEASURES, step=lambda slots: slots - slots % DAY_M)
    for later in range(0, _DAYS * DAY_M, DAY_M):
        shifted = _moved(blocks, later // HOUR_M)
        await app.digests.digests.write(day + later, Stage.FINISHED, DigestHead("", 48, 0), shifted)
        rolled = StoredRollup(moved(whole, later))
        await app.rollups.write(Kind.REQUEST, Grain.DAY, day + later, rolled)
    await app.cursors.write(COMPLETE_THROUGH, Cursor(end + HOUR_M))
    return _DAYS * sum(map(len, blocks.values()))


def _moved(blocks: Mapping[str, bytes], hours: int) -> dict[str, bytes]:
    """Return a digest of so many hours later."""
    settings = unpack(blocks["settings"])
    for name in _HOUR_KEYS:
        settings[name] = np.asarray(settings[name]) + hours
    return {**blocks, "settings": pack(settings)}


def _records(day: int) -> list[RequestRecord]:
    draw = np.random.default_rng(60)
    start, size = instant(day), _RECORDS
    at = np.sort(draw.uniform(0, 85_000, size))
    lengths = np.exp(draw.normal(5.5, 0.7, size)).astype(int) + 1
    body = [
        {
            "model": f"model-{n % _SERIES % 6}",
            "deployment": f"deployment-{n % _SERIES % 20}",
            "application": f"application-{n % _SERIES}",
            "request_id": f"r{n}",
            "start_time": datetime.fromtimestamp(start.timestamp() + at[n], UTC),
            "duration_ms": float(np.exp(draw.normal(8, 0.5))),
            "time_to_first_token_ms": float(np.exp(draw.normal(6, 0.3))) if n % 3 else None,
            "input_tokens": 900 + n % 300,
            "cached_input_tokens": 512 if n % 5 else 0,
            "output_tokens": min(int(lengths[n]), 4_000),
            "reasoning_tokens": int(lengths[n]) // 4,
            "max_tokens": 4_000,
            "finish_reason": "stop" if n % 50 else "length",
            "stream": bool(n % 3),
            "temperature": (0.2, 0.7)[n % 7 == 0],
            "reasoning_effort": ("high", "low")[n % 4 == 0],
            "prompt_version": str(n % 11 // 6),
            "prompt_hash": f"p{n % 20_000}",
            "prefix_hash": f"q{n % 500}",
            "operation_key": f"o{n // 2}",
            "status_code": 429 if n % 60 == 59 else None,
        }
        for n in range(size)
    ]
    return msgspec.convert(body, list[RequestRecord])
