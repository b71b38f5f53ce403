"""Backtests over 30 days of 60 series at steps of one minute, rollups on Azurite in memory.

A day of requests is rolled up once and stored 30 times, a day apart, as the rollup timer stores it;
raw requests are not, since a backtest does not read them.
"""

import asyncio
import time
from datetime import UTC, datetime
from typing import Any

import msgspec
import numpy as np

from shared.bootstrap import App, given_app
from shared.domain.record.columns import columns_of
from shared.domain.record.request import RequestRecord
from shared.domain.rollup.measures import Kind
from shared.domain.rollup.requests import rollup_requests
from shared.domain.rollup.rollup import Rollup
from shared.domain.rollup.stored_rollup import Grain, StoredRollup
from shared.domain.timeline import BUCKET_M, DAY_M, floor_to, instant, minute_of, rfc3339_minute
from shared.services.ports import Cursor
from shared.services.rollup import COMPLETE_THROUGH
from shared.triggers.backtest import post_backtest
from shared.triggers.call import Call
from shared.triggers.endpoint import http_response
from tools.azurite import Azurite
from tools.bench.figure import Figure
from tools.bench.stored_app import stored_app

_DAYS = 30
_SERIES = 60
_A_MINUTE = 10
_WRITES_AT_ONCE = 8
# Thresholds that some thousand windows exceed in 30 days; the last one is far too low.
_RULES = (
    ("model_response_time", "avg", 1_600, 10.0),
    ("model_tokens_used", "sum", 85_000, 10.0),
    ("model_response_time", "p95", 3_300, 60.0),
    ("model_response_time", "avg", 1_350, None),
)


def measure() -> list[Figure]:
    """Return how long one rule of each kind takes, its JSON answer included."""
    with Azurite.start() as azurite:
        return asyncio.run(_measured(azurite.connection_string))


async def _measured(connection_string: str) -> list[Figure]:
    end = floor_to(minute_of(datetime.now(UTC)), DAY_M)
    figures = []
    async with stored_app(connection_string, lambda: datetime.now(UTC)) as app:
        await _fill(app, end)
        with given_app(app):
            for metric, aggregation, threshold, target_s in _RULES:
                rule = {"metric": metric, "aggregation": aggregation, "threshold": threshold}
                taken_s, alerts = await _tried(rule, end)
                asked = f"{metric} {aggregation} over 5 min, {alerts:,} alerts"
                title = f"backtest, {_DAYS} days x {_SERIES} series, {asked}"
                figures.append(Figure(title, taken_s, "s", target_s))
    return figures


async def _tried(rule: dict[str, Any], end: int) -> tuple[float, int]:
    """Return how many seconds it takes to try a rule, and how often it fires."""
    body = {
        "rule": {"name": "tried", "comparison": ">", "window_s": 300, **rule},
        "start": rfc3339_minute(end - _DAYS * DAY_M),
        "end": rfc3339_minute(end),
    }
    began_s = time.perf_counter()
    answer = await post_backtest(Call(datetime.now(UTC), {}, {}, {}, msgspec.json.encode(body)))
    text = http_response(answer).get_body()
    taken_s = time.perf_counter() - began_s
    found = msgspec.json.decode(text)
    expected = _SERIES * (_DAYS * DAY_M + 1)
    if found["evaluations"] != expected:
        raise RuntimeError(f"{found['evaluations']} evaluations, expected {expected}")
    return taken_s, found["fired"]


async def _fill(app: App, end: int) -> None:
    """Store the same day again and again, and say that all of it is complete."""
    rng = np.random.default_rng(30)
    day = floor_to(end - _DAYS * DAY_M, DAY_M)
    for bucket in range(day, day + DAY_M, BUCKET_M):
        rollup = bucket_rollup(rng, bucket)
        writes = [
            app.rollups.write(
                Kind.REQUEST, Grain.BUCKET, bucket + later, StoredRollup(moved(rollup, later))
            )
            for later in range(0, _DAYS * DAY_M, DAY_M)
        ]
        for at in range(0, len(writes), _WRITES_AT_ONCE):
            await asyncio.gather(*writes[at : at + _WRITES_AT_ONCE])
    await app.cursors.write(COMPLETE_THROUGH, Cursor(end))


def bucket_rollup(rng: np.random.Generator, bucket: int) -> Rollup:
    """Return a bucket of requests, the same number of each series in each minute."""
    # Latencies rise and fall with the hour, so that the rules fire now and then.
    middle_ms = 1_000 * (1 + 0.3 * np.sin(bucket / DAY_M * 2 * np.pi))
    records = []
    for series in range(_SERIES):
        taken_ms = rng.lognormal(np.log(middle_ms), 0.4, BUCKET_M * _A_MINUTE)
        ends_s = rng.uniform(0, BUCKET_M * 60, BUCKET_M * _A_MINUTE)
        for end_s, duration_ms in zip(ends_s.tolist(), taken_ms.tolist(), strict=True):
            start = instant(bucket).timestamp() + end_s - duration_ms / 1e3
            records.append(
                RequestRecord(
                    model=f"model-{series % 6}",
                    deployment=f"deployment-{series}",
                    start_time=datetime.fromtimestamp(start, UTC),
                    duration_ms=duration_ms,
                    input_tokens=1_000 + series,
                    output_tokens=200,
                )
            )
    return rollup_requests(columns_of(records, b"key"), ()).between(bucket, bucket + BUCKET_M)


def moved(rollup: Rollup, later: int) -> Rollup:
    """Return a rollup some minutes later."""
    return Rollup(
        rollup.measures,
        rollup.slots + later,
        rollup.series,
        rollup.labels,
        rollup.dense,
        rollup.sparse,
        rollup.terms,
    )
