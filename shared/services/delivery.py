"""From stored dispatches to what receivers got: claims, tries, and the history.

A dispatch is delivered at least once. It arrives twice only where the app ends between a
receiver's answer and the note of it, or where storage refuses that note; every call carries the
dispatch's id, by which a receiver can tell.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from shared.domain.alert.alert import Notification
from shared.domain.notification.delivery import CLAIM_S, SENT, Message
from shared.domain.notification.retry import GAVE_UP
from shared.errors import MonitorError, Stale
from shared.services.channel_ports import ChannelPorts, StoredDispatch
from shared.services.channels import find_channel
from shared.services.enqueueing import send
from shared.services.telling import Budget, Said, tell


class Outcome(StrEnum):
    """What a message led to."""

    FINISHED = "finished"
    AGAIN = "again"
    GONE = "gone"
    OVERTAKEN = "overtaken"
    BUSY = "busy"


@dataclass(frozen=True, slots=True)
class Delivered:
    """What came of a message.

    Attributes:
        outcome: `again`: the rest is tried later; `gone`: an earlier message finished it;
            `overtaken`: a later message is under way; `busy`: another one is at it.
        channel: where to; empty for a dispatch that is gone.
        sent: alerts that the receiver has taken.
        not_sent: alerts that it will not get.
        status: of the latest answer; None where there was none.
        problem: why not all is sent, in words that a log may show; empty for nothing.
        delay_s: until the next try; 0 where there is none.
    """

    outcome: Outcome
    channel: str = ""
    sent: int = 0
    not_sent: int = 0
    status: int | None = None
    problem: str = ""
    delay_s: int = 0


async def deliver(
    message: Message,
    *,
    now: datetime,
    ports: ChannelPorts,
    timer: Callable[[], float],
    budget_s: float,
) -> Delivered:
    """Tell a channel what a message is about, and note what came of it or when to try again.

    Args:
        message: which dispatch, and the how-manieth message about it.
        now: the clock, UTC.
        ports: where channels, dispatches and the queue are, and how receivers are called.
        timer: a monotonic clock, seconds.
        budget_s: how long calls may go on; what is left goes on with another message.

    Raises:
        Unavailable: storage does not answer; the same message may be given again.
    """
    stored = await ports.dispatches.get(message.dispatch_id, message.due_at)
    if stored is None:
        return Delivered(Outcome.GONE)
    channel = stored.dispatch.channel
    if message.attempt < stored.progress.attempt:
        return Delivered(Outcome.OVERTAKEN, channel)
    busy_s = stored.progress.busy_s(now)
    claimed = None if busy_s else await _claimed(stored, message.attempt, now, ports)
    if claimed is None:
        delay_s = busy_s or CLAIM_S
        await send(message, timedelta(seconds=delay_s), ports)
        return Delivered(Outcome.BUSY, channel, delay_s=delay_s)
    try:
        return await _delivered(claimed, now, ports, Budget(timer, timer() + budget_s))
    except BaseException:
        # Else the host's next try would find it claimed, and the poison queue would never be met.
        with suppress(MonitorError):
            await ports.dispatches.save(replace(claimed, progress=stored.progress))
        raise


async def give_up(message: Message, *, ports: ChannelPorts) -> Delivered:
    """Note that a message whose handling failed every time will not be tried again.

    Args:
        message: from the poison queue.
        ports: where dispatches are.
    """
    stored = await ports.dispatches.get(message.dispatch_id, message.due_at)
    if stored is None:
        return Delivered(Outcome.GONE)
    if message.attempt < stored.progress.attempt:
        return Delivered(Outcome.OVERTAKEN, stored.dispatch.channel)
    outcomes = stored.progress.outcomes
    left = len(stored.dispatch.told) - len(outcomes)
    return await _finished(stored, Said((*outcomes, *[GAVE_UP] * left)), ports)


async def _claimed(
    stored: StoredDispatch, attempt: int, now: datetime, ports: ChannelPorts
) -> StoredDispatch | None:
    try:
        return await ports.dispatches.save(
            replace(stored, progress=stored.progress.claimed(attempt, now))
        )
    except Stale:
        return None


async def _delivered(
    stored: StoredDispatch, now: datetime, ports: ChannelPorts, budget: Budget
) -> Delivered:
    dispatch = stored.dispatch
    if await ports.dispatches.was_told(dispatch):
        # It was written once more after it was finished.
        await ports.dispatches.finish(stored, ())
        return Delivered(Outcome.GONE, dispatch.channel)
    channel = await find_channel(dispatch.channel, documents=ports.documents)
    said = await tell(channel, stored, now=now, ports=ports, budget=budget)
    if said.again_s is None:
        return await _finished(stored, said, ports)
    return await _postponed(stored, said, now + timedelta(seconds=said.again_s), ports)


async def _finished(stored: StoredDispatch, said: Said, ports: ChannelPorts) -> Delivered:
    dispatch = stored.dispatch
    history = [
        Notification(told.time, dispatch.channel, reason or told.occasion, sent=reason == SENT)
        for told, reason in zip(dispatch.told, said.outcomes, strict=True)
    ]
    progress = msgspec.structs.replace(stored.progress, outcomes=said.outcomes)
    await ports.dispatches.finish(replace(stored, progress=progress), history)
    return _summary(Outcome.FINISHED, stored, said)


async def _postponed(
    stored: StoredDispatch, said: Said, until: datetime, ports: ChannelPorts
) -> Delivered:
    """Send the next message, then note that it is under way."""
    dispatch, progress = stored.dispatch, stored.progress
    message = Message(dispatch.dispatch_id, dispatch.due_at, progress.attempt + 1)
    # A second at least, so that the note is there before the message is.
    await send(message, timedelta(seconds=said.again_s or 1), ports)
    waiting = progress.waiting(said.outcomes, failures=said.failures, until=until)
    with suppress(Stale):
        await ports.dispatches.save(replace(stored, progress=waiting))
    return _summary(Outcome.AGAIN, stored, said)


def _summary(outcome: Outcome, stored: StoredDispatch, said: Said) -> Delivered:
    sent = said.outcomes.count(SENT)
    return Delivered(
        outcome,
        stored.dispatch.channel,
        sent=sent,
        not_sent=len(said.outcomes) - sent,
        status=said.status,
        problem=said.problem,
        delay_s=said.again_s or 0,
    )
