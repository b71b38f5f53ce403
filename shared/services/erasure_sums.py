"""Erasing an application from what was summed of a day: rollups by series, and the digest."""

from dataclasses import dataclass, field, replace

from shared.domain.erasure.digest import digest_without
from shared.domain.erasure.erasure import Erased
from shared.domain.erasure.matching import has_others, names, without
from shared.domain.rollup.measures import Kind
from shared.domain.rollup.stored_rollup import Grain
from shared.domain.timeline import DAY_M
from shared.services.digest_ports import Stage
from shared.services.erasure_ports import ErasurePorts
from shared.services.retrying import until_settled


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

    async def attempt() -> None:
        stored = await rollups.read(kind, grain, start)
        if stored is not None:
            left = replace(stored, rollup=without(stored.rollup, application))
            await rollups.write(kind, grain, start, left)

    await until_settled(attempt, f"rollup {kind} {grain} {start}")


async def erase_digest(
    day: int, application: str, ports: ErasurePorts, done: DayErased, *, is_last: bool
) -> None:
    """Take an application out of a digest; with raw records left, one is soon made anew.

    Args:
        day: the minute it begins.
        application: whose part.
        ports: where digests are.
        done: what became of the day so far.
        is_last: whether the day after has no raw records, so that it cannot be digested anymore.
    """
    digests = ports.digests
    if await digests.head(day, Stage.WORK) is not None:
        await digests.drop(day, Stage.WORK)
    stored = await digests.read(day, Stage.FINISHED)
    if stored is None:
        return
    head, blocks = stored
    left = digest_without(blocks, application, is_last=is_last)
    if left is not None:
        await digests.write(day, Stage.FINISHED, head, left)
        done.erased = done.erased.plus(Erased(digests=1))
