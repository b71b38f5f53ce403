"""A monitor whose traffic costs what a test says: by day and hour, model and application."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from shared.adapters.memory import MemoryTables
from shared.settings import Settings
from tests.domain.factories import MINUTE, T0
from tests.services.monitor_factories import DAY, HOUR, MODEL, Json, Monitor, sent
from tests.services.price_factories import entry, put_prices

OTHER = "gpt-5"
MIDNIGHT = datetime.combine(T0.date(), time(), T0.tzinfo)
TODAY = MIDNIGHT.date()

# One US dollar for 1,000 input and 100 output tokens.
DOLLAR = entry("900 90 1000")
_OPENED = 120


def costing(usd: float, end: datetime, **fields: Any) -> Json:
    """Return a request that costs so many US dollars, to the cent."""
    tokens = round(1000 * usd)
    made = {"input_tokens": tokens, "output_tokens": tokens // 10}
    return sent(end, 1000.0, **(made | fields))


class Shop:
    """A monitor that is told of days of traffic, one after the other, as they pass."""

    def __init__(self, memory: MemoryTables | None = None, **settings: Any) -> None:
        chosen = Settings(hash_key="of the tests", **settings)
        start = MIDNIGHT - _OPENED * DAY
        self.monitor = Monitor(now=start, settings=chosen, memory=memory or MemoryTables())

    async def open(self) -> "Shop":
        """Put the prices."""
        for model in (MODEL, OTHER):
            await put_prices(self.monitor.app.documents, model, DOLLAR)
        return self

    async def day(self, day: date, usd: Mapping[int, float] | float, **fields: Any) -> None:
        """Let a whole day pass in which so much was spent, all at noon or by hour."""
        start = datetime.combine(day, time(), MIDNIGHT.tzinfo)
        by_hour = usd if isinstance(usd, Mapping) else {12: usd}
        records = [
            costing(each, start + hour * HOUR + 10 * MINUTE, **fields)
            for hour, each in by_hour.items()
            if each
        ]
        self.monitor.now = max(self.monitor.now, start + DAY + MINUTE)
        if records:
            await self.monitor.post(*records)

    async def days(
        self, *usd: float, end: date = TODAY, hours: Sequence[int] = (12,), **fields: Any
    ) -> None:
        """Let days pass that end before a day, spend evenly in some of their hours, and roll up."""
        for at, each in enumerate(usd):
            by_hour = dict.fromkeys(hours, each / len(hours))
            await self.day(end - timedelta(days=len(usd) - at), by_hour, **fields)
            await self.monitor.roll()

    async def at(self, now: datetime) -> None:
        """Set the clock, and roll up."""
        await self.monitor.roll(now)


async def shop(memory: MemoryTables | None = None, **settings: Any) -> Shop:
    """Return a monitor with prices."""
    return await Shop(memory, **settings).open()
