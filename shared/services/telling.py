"""Telling a channel what is left of a dispatch, call by call, until one has to be tried again."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

import msgspec

from shared.domain.notification.channel import Channel
from shared.domain.notification.delivery import SENT
from shared.domain.notification.dispatch import Dispatch
from shared.domain.notification.retry import GiveUp, Reply, TryAgain, after, refusal
from shared.errors import InvalidInput
from shared.services.channel_calls import not_configured, target_of
from shared.services.channel_ports import ChannelPorts, StoredDispatch

CHANNEL_MISSING = "channel_missing"
CHANNEL_DISABLED = "channel_disabled"


@dataclass(frozen=True, slots=True)
class Budget:
    """How long calls may go on.

    Attributes:
        timer: a monotonic clock, seconds.
        until_s: no call begins after this time of the timer, but the first.
    """

    timer: Callable[[], float]
    until_s: float


@dataclass(frozen=True, slots=True)
class Said:
    """What came of telling.

    Attributes:
        outcomes: of each alert so far, in order: empty for sent, else the reason.
        failures: tries in a row that failed.
        again_s: seconds until the rest is to be tried; None where every alert has its outcome.
        status: of the latest answer; None where there was none.
        problem: what was wrong with the latest call that was not taken; empty for nothing.
    """

    outcomes: tuple[str, ...]
    failures: int = 0
    again_s: int | None = None
    status: int | None = None
    problem: str = ""


async def tell(
    channel: Channel | None,
    stored: StoredDispatch,
    *,
    now: datetime,
    ports: ChannelPorts,
    budget: Budget,
) -> Said:
    """Tell a channel what it was not told yet of a dispatch.

    Args:
        channel: as it is stored; None where it was deleted.
        stored: the dispatch and how far it is.
        now: the clock, UTC.
        ports: settings and receivers.
        budget: how long calls may go on.
    """
    said = Said(stored.progress.outcomes, stored.progress.failures)
    if channel is None:
        return _ended(said, stored, CHANNEL_MISSING)
    if not channel.enabled:
        return _ended(said, stored, CHANNEL_DISABLED)
    try:
        target = target_of(channel, ports.secret, allow_private=ports.allow_private)
    except InvalidInput as error:
        return _after(said, not_configured(error), stored, now)
    calls = target.calls(_rest_of(stored), now)
    covered = (len(stored.dispatch.told) - len(said.outcomes)) // len(calls)
    for call in calls:
        said = _after(said, await ports.webhooks.post(call), stored, now, covered)
        if said.again_s is not None or len(said.outcomes) == len(stored.dispatch.told):
            return said
        if budget.timer() >= budget.until_s:
            return replace(said, again_s=0)
    return said


def _after(
    said: Said, reply: Reply, stored: StoredDispatch, now: datetime, covered: int = 0
) -> Said:
    """Return where telling stands after a call that covers so many alerts."""
    dispatch, failures = stored.dispatch, said.failures + 1
    if reply.sent:
        return Said((*said.outcomes, *[SENT] * covered), 0, None, reply.status, said.problem)
    problem = reply.error or f"answered {reply.status}"
    said = replace(said, status=reply.status, problem=problem)
    match after(reply, failures, dispatch.dispatch_id, now):
        case GiveUp(reason) if reason == refusal(reply.status):
            # The receiver will not have these alerts, but perhaps the next.
            return replace(said, outcomes=(*said.outcomes, *[reason] * covered), failures=0)
        case GiveUp(reason):
            return _ended(said, stored, reason)
        case TryAgain(delay_s):
            return replace(said, failures=failures, again_s=delay_s)
        case None:
            return said


def _ended(said: Said, stored: StoredDispatch, reason: str) -> Said:
    """Return where telling stands when all that is left ends for one reason."""
    left = len(stored.dispatch.told) - len(said.outcomes)
    return replace(
        said, outcomes=(*said.outcomes, *[reason] * left), problem=said.problem or reason
    )


def _rest_of(stored: StoredDispatch) -> Dispatch:
    told = stored.dispatch.told[len(stored.progress.outcomes) :]
    return msgspec.structs.replace(stored.dispatch, told=told)
