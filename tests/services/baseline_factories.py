"""A monitor with days of traffic whose normal is known."""

from collections.abc import Callable
from datetime import datetime

from shared.domain.baseline.baseline import Baseline
from shared.domain.baseline.view import BaselineView
from shared.domain.span import Span
from shared.domain.timeline import minute_of
from shared.services.baseline_learning import Budget
from shared.services.baseline_store import find_baseline
from shared.services.baselines import (
    BaselinePorts,
    BaselineRun,
    compute_baselines,
    establish_baseline,
)
from tests.domain.factories import MINUTE, T0
from tests.services.monitor_factories import HOUR, MODEL, FakeInsights, Monitor, sent

EVERY_M = 6


class Learning:
    """A monitor that has heard of requests, and learns from them."""

    def __init__(self) -> None:
        self.insights = FakeInsights()
        self.monitor = Monitor(telemetry=self.insights)

    @property
    def ports(self) -> BaselinePorts:
        app = self.monitor.app
        return BaselinePorts(app.reading, app.documents, app.alerts, True, "test")

    async def traffic(
        self, hours: int, duration_ms: Callable[[int], float] = lambda _: 1000.0, **fields: str
    ) -> None:
        """Report a request every 6 minutes of the hours before T0.

        Args:
            hours: how many.
            duration_ms: hours before T0, 1 for the last -> how long its requests take.
            fields: of all requests.
        """
        records = [
            sent(T0 - ago * HOUR + at * MINUTE, duration_ms(ago) * (1 + at / 1000), **fields)
            for ago in range(1, hours + 1)
            for at in range(0, 60, EVERY_M)
        ]
        self.monitor.now = T0
        for first in range(0, len(records), 5000):
            await self.monitor.post(*records[first : first + 5000])
        await self.monitor.roll(T0 + 2 * MINUTE)

    async def compute(self, at: datetime = T0 + 7 * MINUTE, budget_s: float = 60.0) -> BaselineRun:
        """Run the timer."""
        self.monitor.now = at
        return await compute_baselines(
            now=at, ports=self.ports, timer=lambda: 0.0, budget_s=budget_s
        )

    async def current(self, deployment: str = "", model: str = MODEL) -> Baseline:
        """Return the baseline in force."""
        found = await find_baseline(model, deployment, self.monitor.app.documents)
        assert found is not None
        return found

    async def establish(
        self, first: datetime, end: datetime, *, pinned: bool = False
    ) -> BaselineView:
        """Learn from a span, whatever is in force."""
        found = await establish_baseline(
            MODEL,
            "",
            Span(minute_of(first), minute_of(end)),
            pinned=pinned,
            now=self.monitor.now,
            ports=self.ports,
            budget=unhurried(),
        )
        assert isinstance(found, BaselineView)
        return found


def unhurried() -> Budget:
    """Return a budget that does not end."""
    return Budget(lambda: 0.0, 1.0)


START = minute_of(T0)
