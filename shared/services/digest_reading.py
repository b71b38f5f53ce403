"""Looking at daily digests: stored ones, and such as are made so far to be looked at."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.domain.digest.view import DigestView, digest_view
from shared.domain.timeline import DAY_M, EPOCH, day_key, minute_of
from shared.errors import NotFound
from shared.services.digest_ports import Stage
from shared.services.digest_steps import reached, steps_until, take_step
from shared.services.digests import Budget, DigestPorts, begun
from shared.services.rollup import SEALED_THROUGH


@dataclass(frozen=True, slots=True)
class Digested:
    """A day's digest, stored or made so far.

    Attributes:
        blocks: as `DayDigest.blocks` gives them, finished.
        through: the minute before which requests are in it.
        built: when it was made.
        is_stored: whether it is one that was stored, of a whole day.
    """

    blocks: Mapping[str, bytes]
    through: int
    built: datetime
    is_stored: bool


async def read_digest(
    day: int,
    *,
    now: datetime,
    ports: DigestPorts,
    budget: Budget,
    only: Collection[str] | None = None,
) -> Digested | None:
    """Return a day's digest; one not made yet is made so far, and not stored.

    Args:
        day: the minute it begins.
        now: the clock, UTC.
        ports: where it is, or what it is made from.
        budget: how long making it may take.
        only: the blocks wanted; None for all.

    Returns:
        The digest; None where there is none, and nothing to make it from.
    """
    stored = await ports.digests.read(day, Stage.FINISHED, only)
    if stored is not None:
        head, blocks = stored
        return Digested(blocks, day + DAY_M, EPOCH + timedelta(microseconds=head.built_us), True)
    if day_key(day) not in await ports.chunks.days():
        return None
    digest, _ = await begun(day, "", ports)
    minute = min(minute_of(now), day + DAY_M)
    through = day
    deployments = await ports.load_pricing.deployments()
    for step in steps_until(day, minute):
        if not budget.left:
            break
        await take_step(digest, day, step, ports.chunks, deployments)
        through = min(reached(day, step), minute)
    digest.finish()
    return Digested(digest.blocks(finished=True), through, now, False)


async def view_digest(day: int, *, now: datetime, ports: DigestPorts, budget: Budget) -> DigestView:
    """Return a day's digest in headline numbers; one not made yet is made so far, and not stored.

    Args:
        day: the minute it begins.
        now: the clock, UTC.
        ports: where it is, or what it is made from.
        budget: how long making it may take.

    Raises:
        NotFound: the day has no digest, and nothing to make it from.
    """
    sealed = await ports.cursors.read(SEALED_THROUGH)
    found = await read_digest(day, now=now, ports=ports, budget=budget)
    if found is None:
        raise NotFound(f"no digest of {day_key(day)}, and no requests to make one from")
    final = found.is_stored and sealed is not None and day < sealed.minute
    return digest_view(found.blocks, day, through=found.through, built=found.built, final=final)
