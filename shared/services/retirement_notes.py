"""What is said of models that are to retire, from the last 30 days of traffic.

It is worked out where an alert has need of it, once a UTC day and whenever prices, deployments or a
label set are new; evaluations in between go by what is remembered.
"""

import asyncio
from collections.abc import Collection, Mapping
from datetime import date

from shared.domain.cost.retirement_notes import retirement_notes
from shared.domain.cost.token_costs import MEASURES
from shared.domain.label import Labels
from shared.domain.price.pricing import Pricing
from shared.domain.rollup.measures import Kind
from shared.domain.span import Span
from shared.domain.timeline import DAY_M, floor_to, instant
from shared.services.reading import ReadPorts, freshness, read_span

PERIOD_DAYS = 30


class StoredSuccessors:
    """Notes on retirements from stored rollups, remembered by this process."""

    def __init__(self, reading: ReadPorts) -> None:
        """Read from these."""
        self._reading = reading
        self._known: tuple[date, Pricing, set[Labels], Mapping[Labels, str]] | None = None

    async def notes(self, asked: Collection[Labels], minutes: range) -> Mapping[Labels, str]:
        """Return what there is to say by label set.

        Args:
            asked: label sets, of models that are to retire.
            minutes: evaluation times.
        """
        pricing, day = await self._reading.load_pricing(), instant(minutes[-1]).date()
        if self._known is not None:
            on, prices, known, notes = self._known
            if on == day and prices is pricing and known.issuperset(asked):
                return notes
        end = minutes[-1] + 1
        span = Span(floor_to(end, DAY_M) - PERIOD_DAYS * DAY_M, end)
        rollups = await read_span(
            Kind.REQUEST,
            span.first,
            span.end,
            await freshness(self._reading),
            self._reading,
            only=MEASURES,
        )
        notes = await asyncio.to_thread(retirement_notes, rollups, pricing, asked, span, day)
        self._known = (day, pricing, {*asked}, notes)
        return notes
