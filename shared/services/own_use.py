"""Counting what this process uses, and what all of them together cost.

Counts are kept in memory and written every ten minutes as totals of this process's own row of the
day: written twice they change nothing, no other process touches the row, and a crash loses the
counts of ten minutes at most.
"""

import asyncio
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Protocol

import msgspec

from shared.domain.cost.own import (
    POINT_BYTES,
    OwnCosts,
    OwnUse,
    billed_ms,
    own_costs,
    used_together,
)
from shared.domain.event import Event, GaugePoint
from shared.domain.span import Span
from shared.domain.timeline import instant
from shared.errors import Unavailable
from shared.services.ports import Telemetry

SAVE_EVERY = timedelta(minutes=10)
_LOOK_BACK_D = 62


class OwnUses(Protocol):
    """What each process used on each UTC day."""

    async def save(self, day: date, process: str, use: OwnUse) -> None:
        """Store a process's totals of a day, whatever was there."""

    async def load(self, day: date) -> list[OwnUse]:
        """Return the totals of a day, one of each process."""

    async def forget(self, day: date) -> int:
        """Delete the totals of a day; return how many rows that were."""


@dataclass(slots=True)
class _Day:
    """Counts of one day."""

    executions: Counter[str] = field(default_factory=Counter)
    billed_ms: int = 0
    storage_operations: int = 0
    telemetry_bytes: int = 0

    def use(self) -> OwnUse:
        """Return the counts as they are stored."""
        return OwnUse(
            dict(self.executions), self.billed_ms, self.storage_operations, self.telemetry_bytes
        )


class OwnMeter:
    """What this process has used since it began."""

    def __init__(self, uses: OwnUses, process: str) -> None:
        """Count for a process; its name is unique."""
        self._uses, self._process = uses, process
        self._day: date | None = None
        self._counts = _Day()
        self._saved_at: datetime | None = None

    def operated(self, count: int = 1) -> None:
        """Count storage operations."""
        self._counts.storage_operations += count

    def told(self, size_bytes: int) -> None:
        """Count telemetry that was sent."""
        self._counts.telemetry_bytes += size_bytes

    async def executed(self, function: str, elapsed_s: float, now: datetime) -> None:
        """Count a run of a function, and save what was counted where that is due.

        Args:
            function: its name.
            elapsed_s: how long it took.
            now: the clock, UTC.
        """
        if self._day is not None and now.date() > self._day:
            ended, counts = self._day, self._counts
            self._day, self._counts, self._saved_at = now.date(), _Day(), now
            await self._save(ended, counts)
        self._day = self._day or now.date()
        self._counts.executions[function] += 1
        self._counts.billed_ms += billed_ms(elapsed_s)
        if self._saved_at is None or now - self._saved_at >= SAVE_EVERY:
            self._saved_at = now
            await self._save(self._day, self._counts)

    async def save(self, now: datetime) -> None:
        """Save what was counted so far, so that whoever asks sees it."""
        self._saved_at = now
        await self._save(self._day or now.date(), self._counts)

    async def _save(self, day: date, counts: _Day) -> None:
        counts.storage_operations += 1
        with suppress(Unavailable):
            await self._uses.save(day, self._process, counts.use())


async def forget_own_use(before: date, *, uses: OwnUses) -> int:
    """Delete the totals of days before a day; return how many rows that were.

    Looks two months back, for runs that did not happen.
    """
    days = (before - timedelta(days=n) for n in range(1, _LOOK_BACK_D + 1))
    return sum([await uses.forget(day) for day in days])


class MeteredTelemetry:
    """The `Telemetry` port over another one; what it takes is counted."""

    def __init__(self, telemetry: Telemetry, meter: OwnMeter) -> None:
        """Wrap a port."""
        self._telemetry, self._meter = telemetry, meter
        self.enabled = telemetry.enabled

    async def send_events(self, events: Sequence[Event]) -> None:
        """Deliver every event; see `Telemetry.send_events`."""
        await self._telemetry.send_events(events)
        if self.enabled:
            self._meter.told(sum(len(msgspec.json.encode(event)) for event in events))

    async def send_metrics(self, points: Sequence[GaugePoint]) -> None:
        """Deliver every point; see `Telemetry.send_metrics`."""
        await self._telemetry.send_metrics(points)
        if self.enabled:
            self._meter.told(len(points) * POINT_BYTES)


async def read_own_costs(span: Span, *, memory_gb: int, uses: OwnUses) -> OwnCosts:
    """Return what the monitor itself cost on the UTC days that a span touches.

    Args:
        span: minutes covered.
        memory_gb: of an instance.
        uses: what was counted.
    """
    first, last = instant(span.first).date(), instant(span.end - 1).date()
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    found = await asyncio.gather(*(uses.load(day) for day in days))
    by_day = {day: used_together(each) for day, each in zip(days, found, strict=True) if each}
    return own_costs(by_day, first, last, memory_gb=memory_gb)
