"""A monitor with channels: whole ticks run, and their dispatches are taken away as they come."""

from dataclasses import dataclass, field

import msgspec

from shared.adapters import tables as layout
from shared.adapters.alert_rows import PARTITION
from shared.adapters.dispatch_rows import DISPATCH_PREFIX, dispatch_of
from shared.adapters.entity import Entity
from shared.adapters.group_rows import GROUPS_PREFIX, NOTICE_PREFIX
from shared.domain.notification.dispatch import Dispatch
from shared.domain.notification.notification import Occasion
from shared.domain.notification.route import Route
from shared.domain.rule.rule import AlertRule
from shared.services.alert_tick import Tick, alert_tick
from shared.services.channels import COLLECTION as CHANNELS
from shared.services.ports import Document
from shared.services.routes import put_routes
from tests.domain.rule_factories import MINUTE, T0
from tests.services.alert_factories import FakeTelemetry, Monitor, monitor

_SIGNS = {Occasion.FIRING: "+", Occasion.REPEAT: "*", Occasion.RESOLVED: "-"}


@dataclass
class Dispatching:
    """A monitor whose dispatches are delivered as soon as they are there.

    Attributes:
        taken: every dispatch delivered, in order.
    """

    monitor: Monitor
    telemetry: FakeTelemetry = field(default_factory=lambda: FakeTelemetry(enabled=False))
    taken: list[Dispatch] = field(default_factory=list)

    async def tick(self, at: int, *, complete: int | None = None) -> Tick:
        """Complete everything before T0 + at and run the tick half a minute later."""
        await self.monitor.complete(at if complete is None else complete)
        return await self.run(at)

    async def run(self, at: int) -> Tick:
        """Run the tick half a minute after T0 + at."""
        return await alert_tick(
            now=T0 + at * MINUTE + MINUTE / 2,
            ports=self.monitor.ports,
            groups=self.monitor.groups,
            telemetry=self.telemetry,
            environment="test",
            catch_up_m=1_000,
            timer=lambda: 0.0,
            budget_s=10.0,
        )

    async def deliver(self) -> list[Dispatch]:
        """Take every dispatch away, as its delivery does."""
        found = await self._rows(DISPATCH_PREFIX)
        dispatches = [dispatch_of(row) for row in found]
        for row in found:
            await self.monitor.tables.delete(layout.ALERTS, Entity(PARTITION, row.row))
        self.taken += dispatches
        return dispatches

    async def left(self) -> list[str]:
        """Return the keys of notices and groups that are stored."""
        return [row.row for row in await self._rows(GROUPS_PREFIX, NOTICE_PREFIX)]

    async def _rows(self, *prefixes: str) -> list[Entity]:
        found = [row async for row in self.monitor.tables.query(layout.ALERTS, PARTITION)]
        return [row for row in found if row.row.startswith(prefixes)]


async def dispatching(
    *rules: AlertRule, routes: list[Route] | None = None, made: Monitor | None = None
) -> Dispatching:
    """Return a monitor with channels `ops` and `log`, and these routes; None puts none."""
    made = made or await monitor()
    await made.add(*rules)
    for name in ("log", "ops"):
        await made.documents.put(CHANNELS, Document(name, b"{}"))
    if routes is not None:
        await put_routes(msgspec.json.encode(routes), documents=made.documents)
    return Dispatching(made)


def told(dispatches: list[Dispatch]) -> list[str]:
    """Return dispatches as `seconds after T0 channel: words`, a word as `+model` or `-model`."""
    return [
        f"{(each.due_at - T0).total_seconds():.0f} {each.channel}: "
        + " ".join(_SIGNS[t.occasion] + t.alert.labels.get("model", "") for t in each.told)
        for each in dispatches
    ]
