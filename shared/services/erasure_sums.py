"""Erasing an application from what was summed of a day: rollups by series, and the digest."""

from dataclasses import dataclass, field, replace

from shared.domain.erasure.digest import digest_without
from shared.domain.erasure.erasure import Erased
from shared.domain.erasure.matching import has_others, names, without
from shared.domain.rollup.measures import Kind
from shared.domain.rollup.stored_rollup import Grain
from shared.domain.timeline import DAY_M, day_key
from shared.errors import Stale
from shared.services.digest_ports import Stage
from shared.services.erasure_ports import ErasurePorts

_TRIES = 8


@dataclass(slots=True)
class DayErased:
    """What became of a day.

    Attributes:
        erased: what was deleted.
        complete: False where time ran out; going through the day again goes on.
        shared: whether sums are left that several applications share.
    """

    erased: Erased = field(default_factory=Erased)
    complete: bool = True
    shared: bool = False


async def erase_sums(
    kind: Kind, day: int, application: str, ports: ErasurePorts, done: DayErased
) -> None:
    """Take an application out of the rollups of a day that has no raw records anymore."""
    for grain in Grain:
        found = await ports.refresh.rollups.read_range(kind, grain, day, day + DAY_M, only={"n"})
        for start, rollup in found.items():
            done.shared |= has_others(rollup)
            if names(rollup, application):
                await _filter(kind, grain, start, application, ports)
                done.erased = done.erased.plus(Erased(rollups=1))


async def _filter(
    kind: Kind, grain: Grain, start: int, application: str, ports: ErasurePorts
) -> None:
    rollups = ports.refresh.rollups
    for _ in range(_TRIES):
        stored = await rollups.read(kind, grain, start)
        if stored is None:
            return
        left = replace(stored, rollup=without(stored.rollup, application))
        try:
            await rollups.write(kind, grain, start, left)
        except Stale:
            continue
        return
    raise Stale(f"rollup {kind} {grain} {start} keeps changing")


async def erase_digest(day: int, application: str, ports: ErasurePorts, done: DayErased) -> None:
    """Take an application out of a digest; with raw records left, one is soon made anew."""
    digests = ports.digests
    if await digests.head(day, Stage.WORK) is not None:
        await digests.drop(day, Stage.WORK)
    stored = await digests.read(day, Stage.FINISHED)
    if stored is None:
        return
    head, blocks = stored
    is_last = day_key(day + DAY_M) not in await ports.refresh.chunks.days()
    left = digest_without(blocks, application, is_last=is_last)
    if left is not None:
        await digests.write(day, Stage.FINISHED, head, left)
        done.erased = done.erased.plus(Erased(digests=1))
