"""Carrying out erasures: day by day, the latest first, then what is not kept by day.

What was done is noted after each day, so a run that breaks off is gone on with by the next one;
going through a day again finds only what is left of it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import msgspec
from msgspec.structs import replace

from shared.domain.erasure.erasure import Erased, Erasure, ErasureState
from shared.domain.erasure.matching import has_others, names
from shared.domain.rollup.measures import Kind
from shared.domain.rollup.stored_rollup import Grain
from shared.domain.timeline import DAY_M, floor_to, minute_of
from shared.services.digests import day_of
from shared.services.erasure_day import erase_day
from shared.services.erasure_ports import ErasurePorts
from shared.services.erasure_state import erase_state
from shared.services.erasures import COLLECTION, decode_erasure
from shared.services.ports import Document
from shared.services.storing import AHEAD


@dataclass(frozen=True, slots=True)
class ErasureRun:
    """What a run did.

    Attributes:
        finished: erasures that are done with it.
        left: erasures that are not.
        erased: what was deleted.
    """

    finished: int
    left: int
    erased: Erased


async def run_erasures(
    *, now: datetime, ports: ErasurePorts, in_time: Callable[[], bool]
) -> ErasureRun:
    """Carry out what is ordered, the first order first, as far as time allows.

    Args:
        now: the clock, UTC.
        ports: what it works on.
        in_time: whether there is time left; the bucket under way is finished past it.

    Raises:
        Stale: another run is at it, or others kept changing the same rows.
    """
    finished = left = 0
    total = Erased()
    for document in await ports.documents.list(COLLECTION):
        before = decode_erasure(document)
        if before.state is ErasureState.DONE:
            continue
        order = _Order(before, document, now, ports)
        if await order.carry_out(in_time):
            finished += 1
        else:
            left += 1
        total = total.plus(order.erased)
    return ErasureRun(finished, left, total)


class _Order:
    """One erasure on its way through a run."""

    def __init__(
        self, erasure: Erasure, document: Document, now: datetime, ports: ErasurePorts
    ) -> None:
        self._erasure = erasure
        self._document = document
        self._now = now
        self._ports = ports
        self.erased = Erased()

    async def carry_out(self, in_time: Callable[[], bool]) -> bool:
        """Go on as far as time allows; return whether all is done."""
        if self._erasure.days is None:
            await self._note(replace(self._erasure, days=await _days(self._erasure, self._ports)))
        while self._erasure.days:
            if not in_time():
                return False
            day, *others = self._erasure.days
            found = await erase_day(day, self._erasure, self._ports, in_time)
            await self._took(
                found.erased,
                days=tuple(others) if found.complete else self._erasure.days,
                shared_days=self._erasure.shared_days + (found.complete and found.shared),
            )
            if not found.complete:
                return False
        erased = await erase_state(self._erasure, now=self._now, ports=self._ports)
        await self._took(erased, finished_at=self._ports.clock())
        return True

    async def _took(self, erased: Erased, **changes: object) -> None:
        self.erased = self.erased.plus(erased)
        await self._note(
            replace(self._erasure, erased=self._erasure.erased.plus(erased), **changes)
        )

    async def _note(self, erasure: Erasure) -> None:
        changed = Document(erasure.id, msgspec.json.encode(erasure), self._document.etag)
        self._document = await self._ports.documents.put(COLLECTION, changed)
        self._erasure = erasure


async def _days(erasure: Erasure, ports: ErasurePorts) -> tuple[int, ...]:
    """Return the days that may have something of an application, the latest first."""
    end = minute_of(erasure.requested_at + AHEAD) + 1
    first = floor_to(end, DAY_M) - (ports.kept_days + 1) * DAY_M
    days = {day for day in map(day_of, await ports.refresh.chunks.days()) if day < end}
    for kind in Kind:
        found = await ports.refresh.rollups.read_range(kind, Grain.DAY, first, end, only={"n"})
        days |= {
            day
            for day, rollup in found.items()
            if names(rollup, erasure.application) or has_others(rollup)
        }
    return tuple(sorted(days, reverse=True))
