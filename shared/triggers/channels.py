"""HTTP functions about channels, and the queue functions that send notifications to them."""

import logging
import time
from datetime import UTC, datetime

import azure.functions as func
import msgspec

from shared.bootstrap import app
from shared.domain.notification.channel import ChannelView, view_of
from shared.domain.notification.channel_input import ChannelBody, parse_channel
from shared.domain.notification.delivery import POISON_QUEUE, QUEUE, Message
from shared.domain.record.decoding import DECODE_ERRORS
from shared.errors import InvalidInput
from shared.services.channels import (
    ChannelTest,
    delete_channel,
    get_channel,
    list_channels,
    put_channel,
    test_channel,
)
from shared.services.delivery import Delivered, deliver, give_up
from shared.services.enqueueing import enqueue_due
from shared.settings import STORAGE
from shared.triggers.call import PAGE, Call
from shared.triggers.endpoint import endpoint
from shared.triggers.failure import telling_failure
from shared.triggers.metering import metered
from shared.triggers.responses import Answer

logger = logging.getLogger(__name__)
blueprint = func.Blueprint()

# Less than the claim on a dispatch lasts, a last call of 10 s included.
_BUDGET_S = 60.0
_message = msgspec.json.Decoder(Message)


class ChannelList(msgspec.Struct, frozen=True):
    """Every channel."""

    channels: list[ChannelView]
    next: str | None = None


@endpoint(blueprint, "GET", "v1/channels", summary="Every channel.", answer=ChannelList, query=PAGE)
async def get_channels(call: Call) -> Answer:
    """List the channels."""
    found = await list_channels(documents=app().documents)
    return Answer(ChannelList(*call.page(found, lambda each: each.name)))


@endpoint(blueprint, "GET", "v1/channels/{name}", summary="One channel.", answer=ChannelView)
async def get_one_channel(call: Call) -> Answer:
    """Return a channel."""
    return Answer(view_of(await get_channel(call.path["name"], documents=app().documents)))


@endpoint(
    blueprint,
    "PUT",
    "v1/channels/{name}",
    summary="Create or replace a channel.",
    request=ChannelBody,
    answer=ChannelView,
)
async def put_one_channel(call: Call) -> Answer:
    """Store a channel."""
    allow_private = app().channels.allow_private
    channel = parse_channel(call.body(), name=call.path["name"], allow_private=allow_private)
    created = await put_channel(channel, documents=app().documents)
    return Answer(view_of(channel), 201 if created else 200)


@endpoint(
    blueprint,
    "DELETE",
    "v1/channels/{name}",
    summary="Delete a channel; what is on its way to it ends as not sent.",
    status=204,
)
async def delete_one_channel(call: Call) -> Answer:
    """Delete a channel."""
    await delete_channel(call.path["name"], documents=app().documents)
    return Answer(status=204)


@endpoint(
    blueprint,
    "POST",
    "v1/channels/{name}/test",
    summary="Send a labelled test at once and answer with what the receiver said.",
    answer=ChannelTest,
)
async def post_channel_test(call: Call) -> Answer:
    """Try a channel."""
    return Answer(await test_channel(call.path["name"], now=call.now, ports=app().channels))


@blueprint.queue_trigger(arg_name="message", queue_name=QUEUE, connection=STORAGE)
@telling_failure
@metered
async def deliver_notifications(message: func.QueueMessage) -> None:
    """Send what a message is about; without one, as on demand, wake up all that is due."""
    text, now, ports = message.get_body(), datetime.now(UTC), app().channels
    if not text:
        enqueued = await enqueue_due(now=now, ports=ports)
        logger.info("notifications woken up: messages=%d", enqueued.messages)
        return
    about = _parsed(text)
    done = await deliver(about, now=now, ports=ports, timer=time.monotonic, budget_s=_BUDGET_S)
    _report(about, done)


@blueprint.queue_trigger(arg_name="message", queue_name=POISON_QUEUE, connection=STORAGE)
@telling_failure
@metered
async def notifications_given_up(message: func.QueueMessage) -> None:
    """Note in the history that a message could not be handled, however often it was tried."""
    try:
        about = _parsed(message.get_body())
    except InvalidInput as error:
        logger.warning("notification given up: not one of ours, %s", error)
        return
    done = await give_up(about, ports=app().channels)
    logger.warning(
        "notification given up: dispatch=%s channel=%s outcome=%s not_sent=%d attempt=%d",
        about.dispatch_id,
        done.channel,
        done.outcome,
        done.not_sent,
        about.attempt,
    )


def _parsed(text: bytes) -> Message:
    try:
        return _message.decode(text)
    except DECODE_ERRORS as error:
        raise InvalidInput.at("message", f"expected a notification ({error})") from error


def _report(about: Message, done: Delivered) -> None:
    logger.log(
        logging.WARNING if done.problem else logging.INFO,
        "notification: dispatch=%s channel=%s outcome=%s sent=%d not_sent=%d attempt=%d "
        "status=%s delay_s=%d problem=%s",
        about.dispatch_id,
        done.channel,
        done.outcome,
        done.sent,
        done.not_sent,
        about.attempt,
        done.status,
        done.delay_s,
        done.problem or "none",
    )
