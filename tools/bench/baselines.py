"""Baselines of 60 deployments from 30 days of hours, rollups on Azurite in memory.

A day of requests is rolled up once and stored 30 times, a day apart. With those of the 6 models as
a whole these are 66 baselines.
"""

import asyncio
import time
from datetime import UTC, datetime, timedelta

import numpy as np

from shared.bootstrap import App
from shared.domain.baseline.fit import Period, fit_baselines
from shared.domain.baseline.observation import stacked
from shared.domain.baseline.observing import MEASURES, Parts, observe
from shared.domain.rollup.measures import REQUEST_MEASURES, Kind
from shared.domain.rollup.rollup import aggregate
from shared.domain.rollup.stored_rollup import Grain, StoredRollup
from shared.domain.timeline import BUCKET_M, DAY_M, HOUR_M, floor_to, instant, minute_of
from shared.services.baselines import BaselinePorts, compute_baselines
from shared.services.ports import Cursor
from shared.services.rollup import COMPLETE_THROUGH
from tools.azurite import Azurite
from tools.bench.backtest import bucket_rollup, moved
from tools.bench.figure import Figure
from tools.bench.stored_app import stored_app

_DAYS = 30
_SERIES = 66
_RUNS = 3
_TARGET_S = 2.0
_WRITES_AT_ONCE = 8


def measure() -> list[Figure]:
    """Return how long an hourly run takes, and its parts."""
    with Azurite.start() as azurite:
        return asyncio.run(_measured(azurite.connection_string))


async def _measured(connection_string: str) -> list[Figure]:
    end = floor_to(minute_of(datetime.now(UTC)), DAY_M)
    # A run an hour later learns until the end of what is stored.
    now = instant(end + HOUR_M)
    async with stored_app(connection_string, lambda: now) as app:
        await _fill(app, end)
        title = f"baselines, {_DAYS} days x {_SERIES} series"
        return [
            Figure(f"{title}, observing and fitting alone", await _fitting_s(app, end), "s"),
            Figure(f"{title}, a run of the timer", await _run_s(app, now), "s", _TARGET_S),
        ]


async def _run_s(app: App, now: datetime) -> float:
    """Return the median of runs, 5 minutes apart so that all are replaced."""
    taken = []
    for at in range(_RUNS):
        ports = BaselinePorts(app.reading, app.documents, app.alerts, False, "bench")
        run = await compute_baselines(
            now=now + timedelta(minutes=BUCKET_M * at),
            ports=ports,
            timer=time.perf_counter,
            budget_s=60.0,
        )
        if run.established != _SERIES:
            raise RuntimeError(f"{run.established} baselines, expected {_SERIES}")
        print(f"  run {at + 1}: {run.elapsed_s:.2f} s", flush=True)
        taken.append(run.elapsed_s)
    return float(np.median(taken))


async def _fitting_s(app: App, end: int) -> float:
    first = end - _DAYS * DAY_M
    stored = await app.rollups.read_range(
        Kind.REQUEST, Grain.HOUR, first, end, MEASURES[Kind.REQUEST]
    )
    began_s = time.perf_counter()
    parts: Parts = {}
    hours = list(stored.values())
    for at in range(0, len(hours), 24):
        observe(Kind.REQUEST, hours[at : at + 24], (), step_m=HOUR_M, parts=parts)
    for metric, each in parts.items():
        fit_baselines(metric, stacked(each), Period(first, end))
    return time.perf_counter() - began_s


async def _fill(app: App, end: int) -> None:
    rng = np.random.default_rng(30)
    day = end - _DAYS * DAY_M
    for hour in range(day, day + DAY_M, HOUR_M):
        buckets = [bucket_rollup(rng, at) for at in range(hour, hour + HOUR_M, BUCKET_M)]
        whole = aggregate(buckets, REQUEST_MEASURES, step=lambda slots: slots - slots % HOUR_M)
        writes = [
            app.rollups.write(
                Kind.REQUEST, Grain.HOUR, hour + later, StoredRollup(moved(whole, later))
            )
            for later in range(0, _DAYS * DAY_M, DAY_M)
        ]
        for at in range(0, len(writes), _WRITES_AT_ONCE):
            await asyncio.gather(*writes[at : at + _WRITES_AT_ONCE])
    await app.cursors.write(COMPLETE_THROUGH, Cursor(end + HOUR_M))
