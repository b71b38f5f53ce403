"""Channels: stored, listed, deleted, and tried out with a test that says that it is one."""

from dataclasses import dataclass, replace
from datetime import datetime

import msgspec

from shared.domain.notification.channel import Channel, ChannelType, ChannelView, view_of
from shared.domain.notification.dispatch import Dispatch
from shared.domain.notification.retry import Reply
from shared.domain.notification.sample_dispatch import sample_dispatch, sample_end
from shared.errors import InvalidInput, NotFound
from shared.services.channel_calls import not_configured, target_of
from shared.services.channel_ports import ChannelPorts
from shared.services.ports import Document, Documents

COLLECTION = "channels"
SHOWN_ANSWER_CHARACTERS = 1_024

_decode = msgspec.json.Decoder(Channel).decode


@dataclass(frozen=True, slots=True)
class ChannelTest:
    """What became of a test.

    Attributes:
        sent: whether the receiver took it.
        status: HTTP status; None where there was no answer.
        answer: the beginning of what the receiver said, without the channel's secrets.
        elapsed_ms: how long it took.
        error: why there was no answer; empty where there was one.
    """

    sent: bool
    status: int | None
    answer: str
    elapsed_ms: float
    error: str


async def list_channels(*, documents: Documents) -> list[ChannelView]:
    """Return every channel as people see it, by name."""
    return [view_of(_decode(document.body)) for document in await documents.list(COLLECTION)]


async def find_channel(name: str, *, documents: Documents) -> Channel | None:
    """Return a channel with all that is stored of it, None where there is none of this name."""
    stored = await documents.get(COLLECTION, name)
    return None if stored is None else _decode(stored.body)


async def get_channel(name: str, *, documents: Documents) -> Channel:
    """Return a channel.

    Raises:
        NotFound: there is none of this name.
    """
    channel = await find_channel(name, documents=documents)
    if channel is None:
        raise NotFound(f"channel {name} does not exist")
    return channel


async def put_channel(channel: Channel, *, documents: Documents) -> bool:
    """Store a channel under its name; return whether it is new.

    Raises:
        Stale: somebody else changed it at the same time.
    """
    stored = await documents.get(COLLECTION, channel.name)
    body = msgspec.json.encode(channel)
    await documents.put(COLLECTION, Document(channel.name, body, stored.etag if stored else None))
    return stored is None


async def delete_channel(name: str, *, documents: Documents) -> None:
    """Delete a channel; what was on its way to it ends as not sent.

    Raises:
        NotFound: there is none of this name.
        Stale: somebody else changed it at the same time.
    """
    stored = await documents.get(COLLECTION, name)
    if stored is None:
        raise NotFound(f"channel {name} does not exist")
    await documents.delete(COLLECTION, stored)


async def test_channel(name: str, *, now: datetime, ports: ChannelPorts) -> ChannelTest:
    """Send a labelled test at once, whether the channel is enabled or not; nothing is retried.

    What a test opens at PagerDuty, it closes.

    Args:
        name: of the channel.
        now: the clock, UTC.
        ports: where channels are and how they are called.

    Raises:
        NotFound: there is none of this name.
    """
    channel = await get_channel(name, documents=ports.documents)
    environment = ports.environment
    reply = await _told(channel, sample_dispatch(name, now, environment=environment), now, ports)
    if reply.sent and channel.type is ChannelType.PAGERDUTY:
        await _told(channel, sample_end(name, now, environment=environment), now, ports)
    return ChannelTest(
        sent=reply.sent,
        status=reply.status,
        answer=reply.answer,
        elapsed_ms=round(reply.elapsed_ms, 1),
        error=reply.error,
    )


async def _told(channel: Channel, dispatch: Dispatch, now: datetime, ports: ChannelPorts) -> Reply:
    """Return what came of telling a dispatch of one alert."""
    try:
        target = target_of(channel, ports.secret, allow_private=ports.allow_private)
    except InvalidInput as error:
        return not_configured(error)
    (call,) = target.calls(dispatch, now)
    reply = await ports.webhooks.post(call)
    answer = target.hidden(reply.answer)[:SHOWN_ANSWER_CHARACTERS]
    return replace(reply, answer=answer)
