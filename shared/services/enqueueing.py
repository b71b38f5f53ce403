"""Messages that wake up delivery: one for each dispatch that has none under way.

A message carries nothing but which dispatch it is about, so that one too many, or one that got
lost, does no harm.
"""

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import msgspec

from shared.domain.notification.delivery import AHEAD, Message
from shared.errors import Stale
from shared.services.channel_ports import ChannelPorts


@dataclass(frozen=True, slots=True)
class Enqueued:
    """How many messages were sent, and how many of them instead of one that was lost."""

    messages: int
    lost: int


async def enqueue_due(*, now: datetime, ports: ChannelPorts) -> Enqueued:
    """Send a message for every dispatch that has none under way, or whose message was lost.

    The message goes first and the note of it second: a crash in between sends it again.

    Args:
        now: the clock, UTC.
        ports: where dispatches and the queue are.

    Raises:
        Unavailable: storage does not answer; the next run goes on.
    """
    messages = lost = 0
    for waiting in await ports.dispatches.due(now + AHEAD):
        if not waiting.progress.needs_message(waiting.due_at, now):
            continue
        stored = await ports.dispatches.get(waiting.dispatch_id, waiting.due_at)
        if stored is None:
            continue
        at = max(waiting.due_at, now)
        message = Message(waiting.dispatch_id, waiting.due_at, waiting.progress.attempt)
        await send(message, at - now, ports)
        messages += 1
        lost += waiting.progress.expected_at is not None
        with suppress(Stale):
            await ports.dispatches.save(replace(stored, progress=stored.progress.expecting(at)))
    return Enqueued(messages, lost)


async def send(message: Message, delay: timedelta, ports: ChannelPorts) -> None:
    """Send a message that is to arrive after a delay, in whole seconds, rounded up."""
    text = msgspec.json.encode(message).decode()
    await ports.queue.send(text, delay_s=-(-delay // timedelta(seconds=1)))
