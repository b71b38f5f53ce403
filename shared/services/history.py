"""Stored history as rules see it, day by day, however long it is.

A day's buckets are read while the day before is being evaluated, and are dropped when no window
reaches back to them any more, so that memory does not grow with the span.
"""

import asyncio
from bisect import bisect_right
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine
from contextlib import aclosing
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

from shared.domain.anomaly.board import Board
from shared.domain.anomaly.watch import STEP_M
from shared.domain.metric.frame import Frame
from shared.domain.metric.sampling import Data
from shared.domain.rollup.measures import Kind
from shared.domain.rollup.rollup import Rollup
from shared.domain.rollup.stored_rollup import Grain
from shared.domain.rule.measures import RuleMeasures
from shared.domain.timeline import BUCKET_M, DAY_M, floor_to
from shared.services.reading import Freshness, ReadPorts, read_span

# What tells an hour with traffic from silence, as live evaluation looks at it.
_SILENCE_M = 90
_READ_AHEAD = 2


@dataclass(frozen=True, slots=True)
class History:
    """What is to be read.

    Attributes:
        minutes: every evaluation time, in order.
        look_back_m: how far windows reach back.
        count_back_m: how far events are counted back, further than windows; 0 for no further.
        measures: what is needed of rollups.
    """

    minutes: range
    look_back_m: int
    count_back_m: int
    measures: RuleMeasures


@dataclass(frozen=True, slots=True)
class _Day:
    """The rollups of the minutes [first, end)."""

    first: int
    end: int
    requests: list[Rollup]
    metrics: list[Rollup]
    boards: list[Board]


async def frames_of(
    history: History, fresh: Freshness, *, ports: ReadPorts
) -> AsyncIterator[tuple[range, Frame]]:
    """Yield evaluation times, a day's at most, each with the frame of their windows.

    Args:
        history: what to read.
        fresh: how far stored rollups can be relied on.
        ports: where from.
    """
    minutes, pricing = history.minutes, await ports.load_pricing()
    back_m = max(history.look_back_m, history.count_back_m) + _SILENCE_M
    kept: list[_Day] = []
    silent_since: int | None = None
    first = floor_to(minutes[0] - back_m, BUCKET_M)
    read = partial(_read, history.measures, fresh, ports)
    async with aclosing(_days(first, minutes[-1], read)) as days:
        async for day in days:
            kept.append(day)
            due = minutes[bisect_right(minutes, day.first) : bisect_right(minutes, day.end)]
            if not due:
                continue
            kept = [each for each in kept if each.end > due[0] - back_m]
            start = max(first, due[0] - history.look_back_m - _SILENCE_M)
            whole = _data(kept, max(first, due[0] - back_m), due[-1])
            recent = _data(kept, start, due[-1])
            scores = [board for day in kept for board in day.boards if board.end <= due[-1]]
            data, longer = Data(*recent, pricing, boards=scores), Data(*whole, pricing)
            frame = Frame(data, start, due[-1], silent_since, longer)
            yield due, frame
            silent_since = frame.silent_since(due[-1])


async def _days(
    first: int, end: int, read: Callable[[int, int], Coroutine[None, None, _Day]]
) -> AsyncGenerator[_Day]:
    """Yield the days of [first, end), the next ones being read meanwhile."""
    inner = range(floor_to(first, DAY_M) + DAY_M, end, DAY_M)
    spans = deque(pairwise([first, *inner, end]))
    reading: deque[asyncio.Task[_Day]] = deque()
    try:
        while spans or reading:
            while spans and len(reading) <= _READ_AHEAD:
                reading.append(asyncio.create_task(read(*spans.popleft())))
            yield await reading.popleft()
    finally:
        for task in reading:
            task.cancel()
        await asyncio.gather(*reading, return_exceptions=True)


async def _read(
    measures: RuleMeasures,
    fresh: Freshness,
    ports: ReadPorts,
    first: int,
    end: int,
) -> _Day:
    requests, metrics = await asyncio.gather(
        *(
            read_span(kind, first, end, fresh, ports, only=only, coarsest=Grain.BUCKET)
            for kind, only in (
                (Kind.REQUEST, measures.requests),
                (Kind.METRIC, measures.metrics),
            )
        )
    )
    scores = await ports.boards.boards(floor_to(first, STEP_M), end) if measures.scores else []
    return _Day(first, end, requests, metrics, scores)


def _data(days: list[_Day], first: int, end: int) -> tuple[list[Rollup], list[Rollup]]:
    return (
        [part.between(first, end) for day in days for part in day.requests],
        [part.between(first, end) for day in days for part in day.metrics],
    )
