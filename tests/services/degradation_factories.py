"""Days of traffic that is as ever, or slower in its last hours."""

from collections.abc import Callable
from typing import Any

from tests.domain.factories import MINUTE, T0
from tests.services.baseline_factories import Learning
from tests.services.monitor_factories import HOUR, sent

HOURLY = 40

type Json = dict[str, Any]
type Fields = Callable[[float, int], Json]


def steady(hours_ago: float, at: int) -> Json:
    """Return a request whose length and time vary a little, as those before it did."""
    tokens = 150 + 37 * at % 101
    return {"output_tokens": tokens, "input_tokens": 300, "duration_ms": 400.0 + 4 * tokens}


async def reported(made: Learning, fields: Fields = steady, *, days: int = 2) -> None:
    """Report 40 requests an hour over the days before T0, and learn from them.

    Those of the last 6 hours are spread evenly, those before come in two buckets an hour.
    """
    records = []
    for at in range(days * 24 * HOURLY):
        hour, place = divmod(at, HOURLY)
        minutes = (place + 0.5) * 60 / HOURLY if hour < 6 else 2 + 30 * (place % 2)
        end = T0 - hour * HOUR - minutes * MINUTE
        records.append(sent(**({"end": end} | fields((T0 - end) / HOUR, at))))
    made.monitor.now = T0
    for first in range(0, len(records), 5000):
        await made.monitor.post(*records[first : first + 5000])
    await made.monitor.roll(T0 + 2 * MINUTE)
    await made.compute(T0)


def slower(hours: float, factor: float = 2.0, **fields: Any) -> Fields:
    """Return requests that took so many times as long in the last hours."""

    def of(hours_ago: float, at: int) -> Json:
        usual = steady(hours_ago, at) | fields
        off = factor if hours_ago <= hours else 1.0
        return usual | {"duration_ms": usual["duration_ms"] * off}

    return of
