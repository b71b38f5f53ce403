"""Channels in memory: dispatches go in, calls come out, time is what a test says."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import msgspec

from shared.adapters import tables as layout
from shared.adapters.dispatch_rows import dispatch_row
from shared.adapters.dispatch_store import DispatchStore
from shared.adapters.document_store import DocumentStore
from shared.adapters.memory import MemoryTables
from shared.adapters.memory_channels import MemoryQueue, MemoryWebhooks
from shared.domain.notification.channel import Channel, ChannelType
from shared.domain.notification.delivery import Message
from shared.domain.notification.dispatch import Dispatch
from shared.services.channel_ports import ChannelPorts, StoredDispatch
from shared.services.channels import put_channel
from shared.services.delivery import Delivered, deliver
from shared.services.enqueueing import enqueue_due
from tests.adapters.watched_tables import WatchedTables
from tests.domain.rule_factories import T0

URL = "https://ops.example.com/hooks/p4th?sig=qu3ry"


@dataclass
class PostOffice:
    """The post office: everything about channels, over tables in memory.

    Attributes:
        settings: app settings by name.
        now: the clock.
        ticks: what a monotonic clock says, one value a look; then it stands still.
    """

    tables: WatchedTables = field(default_factory=lambda: WatchedTables(MemoryTables()))
    queue: MemoryQueue = field(default_factory=MemoryQueue)
    webhooks: MemoryWebhooks = field(default_factory=MemoryWebhooks)
    settings: dict[str, str] = field(default_factory=dict)
    now: datetime = T0
    ticks: list[float] = field(default_factory=list)

    @property
    def dispatches(self) -> DispatchStore:
        return DispatchStore(self.tables)

    @property
    def ports(self) -> ChannelPorts:
        return ChannelPorts(
            documents=DocumentStore(self.tables),
            dispatches=self.dispatches,
            queue=self.queue,
            webhooks=self.webhooks,
            secret=self.settings.get,
            allow_private=False,
            environment="test",
        )

    async def add(self, kind: ChannelType = ChannelType.WEBHOOK, **fields: Any) -> None:
        """Store a channel."""
        given = {"name": "ops", "url": URL} | fields
        await put_channel(Channel(type=kind, **given), documents=self.ports.documents)

    async def write(self, dispatch: Dispatch) -> None:
        """Store a dispatch as an evaluation does."""
        await self.tables.upsert(layout.ALERTS, dispatch_row(dispatch))

    async def read(self, dispatch: Dispatch) -> StoredDispatch | None:
        """Return a dispatch as it is stored."""
        return await self.dispatches.get(dispatch.dispatch_id, dispatch.due_at)

    async def wake(self) -> tuple[int, int]:
        """Send messages for what is due; return how many, and how many of those were lost."""
        done = await enqueue_due(now=self.now, ports=self.ports)
        return done.messages, done.lost

    async def deliver(self, message: Message | None = None) -> Delivered:
        """Deliver a message, the next one of the queue unless given, when it is due."""
        if message is None:
            text, delay_s = self.queue.messages.pop(0)
            self.now += timedelta(seconds=delay_s)
            message = msgspec.json.decode(text, type=Message)
        return await deliver(
            message, now=self.now, ports=self.ports, timer=self._tick, budget_s=60.0
        )

    async def history(self, dispatch: Dispatch) -> list[str]:
        """Return what the history says of each alert, latest word only: reason, sent or not."""
        found = []
        for told in dispatch.told:
            last = (await self.dispatches.history(told.alert.alert_id))[-1:]
            found += [f"{each.reason}{' sent' if each.sent else ''}" for each in last]
        return found

    def _tick(self) -> float:
        return self.ticks.pop(0) if len(self.ticks) > 1 else (self.ticks or [0.0])[0]


async def post_office() -> PostOffice:
    """Return channels without a channel or a dispatch."""
    made = PostOffice()
    for table in layout.FIXED_TABLES:
        await made.tables.create_table(table)
    return made


def message_of(dispatch: Dispatch, attempt: int = 1) -> Message:
    """Return a message about a dispatch."""
    return Message(dispatch.dispatch_id, dispatch.due_at, attempt)


def with_outcomes(stored: StoredDispatch, *outcomes: str) -> StoredDispatch:
    """Return a stored dispatch some of whose alerts have their outcome."""
    progress = msgspec.structs.replace(stored.progress, outcomes=outcomes)
    return replace(stored, progress=progress)
