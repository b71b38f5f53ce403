"""A monitor that lives through days of traffic and concludes advice from it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import numpy as np

from shared.domain.advice.ground import Limits
from shared.domain.recommendation.recommendation import Recommendation, Status
from shared.services.advice import AdviceRun, conclude_advice
from shared.services.advice_material import AdvicePorts
from shared.services.digests import Budget, make_digests
from shared.services.recommendation_store import RecommendationPorts, load_recommendations
from shared.services.verification import judge_applied
from tests.domain.factories import T0
from tests.services.monitor_factories import DAY, HOUR, FakeInsights, Json, Monitor, sent

MIDNIGHT = T0.replace(hour=0)
# Minutes past midnight at which the timers run.
LATE = timedelta(minutes=67)

type Fields = Callable[[np.random.Generator, int], dict[str, Any]]


class AdvisedMonitor:
    """A monitor with advice."""

    def __init__(self, limits: Limits | None = None) -> None:
        self.insights = FakeInsights()
        self.monitor = Monitor(now=MIDNIGHT, telemetry=self.insights)
        app = self.monitor.app
        self.recommendations = RecommendationPorts(
            app.reading, app.documents, app.alerts, True, "test"
        )
        self.ports = AdvicePorts(
            app.reading,
            app.digests,
            app.load_pricing,
            limits or Limits(),
            self.recommendations,
        )

    async def live(
        self, days: int, per_hour: int, fields: Fields, *, first: int = 0, hours: int = 24
    ) -> None:
        """Post traffic hour by hour, roll it up, and make the digest of each whole day."""
        for number in range(first, first + days):
            for hour in range(hours):
                await self.post(number, hour, per_hour, fields)
            await self.end_day(number + 1)

    async def post(self, number: int, hour: int, per_hour: int, fields: Fields) -> None:
        """Post an hour of traffic and roll it up."""
        draw = np.random.default_rng(1_000 * number + hour)
        start = MIDNIGHT + number * DAY + hour * HOUR
        self.monitor.now = start + HOUR
        records: list[Json] = [
            sent(
                start + timedelta(seconds=3_500 * (at + 1) / per_hour),
                **{"request_id": f"{number}-{hour}-{at}"} | fields(draw, at),
            )
            for at in range(per_hour)
        ]
        await self.monitor.post(*records, batch_id=f"b{number}-{hour}")
        await self.monitor.roll(start + HOUR + timedelta(minutes=20))

    async def end_day(self, number: int) -> None:
        """Make the digests that are due at the beginning of a day."""
        now = MIDNIGHT + number * DAY + timedelta(minutes=21)
        await self.monitor.roll(now)
        await make_digests(now=now, ports=self.monitor.app.digests, budget=budget())

    async def advise(self, at: datetime) -> AdviceRun:
        """Conclude advice as the hourly timer does, and judge what was applied."""
        self.monitor.now = at
        run = await conclude_advice(now=at, ports=self.ports, budget=budget())
        await judge_applied(now=at, ports=self.recommendations)
        return run

    async def given(self, *statuses: Status) -> dict[str, Recommendation]:
        """Return recommendations of some statuses, any unless given, by what they set."""
        every = await load_recommendations(self.monitor.app.documents)
        return {each.setting: each for each in every if not statuses or each.status in statuses}

    async def told(self) -> list[str]:
        """Return the names of the events in the outbox."""
        return [each.name for each in await self.monitor.app.alerts.pending_events(100)]


def budget(steps: float = 1e9) -> Budget:
    """Return a budget that is looked at so often."""
    ticks = count()
    return Budget(lambda: float(next(ticks)), steps)


def at(day: int, after: timedelta = LATE) -> datetime:
    """Return a time on a day, when the timers run unless told otherwise."""
    return MIDNIGHT + day * DAY + after
