"""Hours from their buckets, days from their hours, recomputed where a part changed."""

import asyncio
from collections.abc import Iterable
from functools import partial

import numpy as np

from shared.domain.packing import Ints
from shared.domain.rollup.measures import MEASURES, Kind
from shared.domain.rollup.rollup import aggregate
from shared.domain.rollup.stored_rollup import Grain, StoredRollup
from shared.domain.rollup.term_cap import capped_terms
from shared.domain.timeline import floor_to
from shared.services.ports import Rollups
from shared.services.retrying import until_settled

_PART = {Grain.HOUR: Grain.BUCKET, Grain.DAY: Grain.HOUR}


async def refresh_coarser(kind: Kind, buckets: Iterable[int], rollups: Rollups) -> None:
    """Bring the hours and days that hold these buckets up to date."""
    hours = {floor_to(bucket, Grain.HOUR.minutes) for bucket in buckets}
    for hour in sorted(hours):
        await _refresh(kind, Grain.HOUR, hour, rollups)
    for day in sorted({floor_to(hour, Grain.DAY.minutes) for hour in hours}):
        await _refresh(kind, Grain.DAY, day, rollups)


async def _refresh(kind: Kind, grain: Grain, start: int, rollups: Rollups) -> None:
    attempt = partial(_try_refresh, kind, grain, start, rollups)
    await until_settled(attempt, f"rollup {kind} {grain} {start}")


async def _try_refresh(kind: Kind, grain: Grain, start: int, rollups: Rollups) -> None:
    part, end = _PART[grain], start + grain.minutes
    stored = await rollups.read(kind, grain, start)
    inputs = await rollups.versions(kind, part, start, end)
    if not inputs or (stored is not None and dict(stored.inputs) == inputs):
        return
    parts = await rollups.read_range(kind, part, start, end)

    def step(slots: Ints) -> Ints:
        return np.full(len(slots), start, np.int64)

    merged = await asyncio.to_thread(aggregate, list(parts.values()), MEASURES[kind], step=step)
    etag, generation = (stored.etag, stored.generation) if stored else (None, "")
    await rollups.write(
        kind,
        grain,
        start,
        StoredRollup(capped_terms(merged), inputs=inputs, generation=generation, etag=etag),
    )
