"""A monitor whose hours before and after a change are stored."""

import math
from datetime import datetime, timedelta
from functools import partial

import numpy as np

from shared.domain.recommendation import lifecycle
from shared.domain.recommendation.recommendation import (
    Advice,
    Recommendation,
    recommendation_id,
)
from shared.domain.rollup.measures import REQUEST_MEASURES, Kind
from shared.domain.rollup.rollup import Rollup
from shared.domain.rollup.stored_rollup import Grain, StoredRollup
from shared.domain.timeline import HOUR_M, minute_of
from shared.services.ports import Cursor
from shared.services.recommendation_store import RecommendationPorts, change
from shared.services.recommendations import AppliedBody, mark_applied
from shared.services.rollup import COMPLETE_THROUGH
from tests.domain.factories import T0, metric, metric_rollup
from tests.services.monitor_factories import FakeInsights, Monitor

HOUR = timedelta(hours=1)
PER_HOUR = 30
_LABELS = (("deployment", "mini"), ("model", "gpt-5-mini"))


async def propose(made: Advice, *, now: datetime, ports: RecommendationPorts) -> Recommendation:
    """Store advice as the hourly run does; once more, it renews what is proposed."""
    return await change(recommendation_id(made), partial(lifecycle.proposed, made, now=now), ports)


class Advised:
    """A monitor with stored hours, and what it works on."""

    def __init__(self) -> None:
        self.insights = FakeInsights()
        self.monitor = Monitor(telemetry=self.insights)
        app = self.monitor.app
        self.ports = RecommendationPorts(app.reading, app.documents, app.alerts, True, "test")

    async def hours(self, weeks_before: int, days_after: int, *, effect: float = 0.0) -> None:
        """Store hours of noisy traffic around T0, and count all of them as complete."""
        draw = np.random.default_rng(7)
        first = minute_of(T0) // HOUR_M
        for hour in range(first - weeks_before * 168, first + days_after * 24):
            level = math.log(1e6) + 0.1 * draw.standard_normal()
            level += effect if hour >= first else 0.0
            await self._store(hour, level + 0.5 * draw.standard_normal(PER_HOUR))
        await self.complete(T0 + days_after * 24 * HOUR)

    async def scores(self, days: int, *, before: float, after: float) -> None:
        """Store hours of scores of tone, as many days before T0 as after it."""
        for hour in range(-days * 24, days * 24):
            at = T0 + hour * HOUR
            middle = (before if hour < 0 else after) + 0.01 * (hour % 5)
            scores = [
                metric(
                    name="model_quality_tone",
                    timestamp=at,
                    value=middle + 0.02 * n,
                    attributes={"model": "gpt-5-mini"},
                )
                for n in range(-2, 3)
            ]
            stored = StoredRollup(metric_rollup(*scores))
            await self.monitor.app.rollups.write(Kind.METRIC, Grain.HOUR, minute_of(at), stored)
        await self.complete(T0 + days * 24 * HOUR)

    async def complete(self, through: datetime) -> None:
        """Say that everything before a time is rolled up, and nothing can wait to be."""
        through += timedelta(minutes=15)
        cursors = self.monitor.app.cursors
        before = await cursors.read(COMPLETE_THROUGH)
        etag = before.etag if before else None
        await cursors.write(COMPLETE_THROUGH, Cursor(minute_of(through), etag=etag))
        self.monitor.now = through + 2 * timedelta(minutes=1)

    async def proposed(self, made: Advice) -> Recommendation:
        """Propose at T0."""
        return await propose(made, now=T0, ports=self.ports)

    async def applied(self, made: Advice) -> Recommendation:
        """Propose and apply at T0."""
        found = await self.proposed(made)
        return await mark_applied(found.id, AppliedBody("ada"), now=T0, ports=self.ports)

    async def waiting(self) -> list[str]:
        """Return the names of the events in the outbox."""
        return [each.name for each in await self.ports.alerts.pending_events(100)]

    async def _store(self, hour: int, values: np.ndarray) -> None:
        logs = np.rint(values * 1024).astype(np.int64)
        length = round(math.log1p(200) * 1024)
        n = len(values)
        dense = {
            "n": n,
            "n_ok": n,
            "moment_n": n,
            "moment_l": int(logs.sum()),
            "moment_ll": int((logs**2).sum()),
            "moment_o": n * length,
            "moment_oo": n * length**2,
            "moment_lo": int(logs.sum()) * length,
        }
        at = np.array([hour * HOUR_M], np.int64)
        rollup = Rollup(
            REQUEST_MEASURES,
            at,
            np.zeros(1, np.int64),
            [_LABELS],
            {name: np.array([value], np.int64) for name, value in dense.items()},
        )
        rollups = self.monitor.app.rollups
        await rollups.write(Kind.REQUEST, Grain.HOUR, int(at[0]), StoredRollup(rollup))
