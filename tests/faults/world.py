"""A small world for the crash model: a clock that is turned by hand, and processes that die.

Everything runs on one event loop. Around each operation on the tables other coroutines run, now and
then for many minutes of the world's clock, so that a process may find the world changed between any
two of its steps. The seed decides it all.
"""

import asyncio
import heapq
from collections.abc import Awaitable, Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime, timedelta
from itertools import count
from random import Random
from typing import Any

from shared.adapters.creating_tables import CreatingTables
from shared.adapters.entity import Tables
from shared.adapters.memory import MemoryTables
from shared.adapters.no_telemetry import NoTelemetry
from shared.bootstrap import App, assemble
from shared.settings import Settings
from tests.faults.faulty_tables import FaultyTables

CRASH_RATE = 0.15
# A process that dies at one operation in seven never ends a run of the rollup; most are spared.
DOOMED_SHARE = 0.35
SLOW_SHARE = 0.4
STANDSTILL_SHARE = 0.03
TICK = timedelta(seconds=30)
# Between two operations a coroutine needs no more rounds of the event loop than that.
_QUIET_ROUNDS = 24
SETTINGS = Settings(hash_key="a key of the tests")

type Spoil = Callable[[Tables], Tables]


class InlineExecutor(ThreadPoolExecutor):
    """Runs what is meant for a thread at once, so that a seed gives one order of events."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        done: Future[Any] = Future()
        try:
            done.set_result(fn(*args, **kwargs))
        except Exception as error:
            done.set_exception(error)
            raise
        return done


class World:
    """The clock, the tables that outlive every process, and chance."""

    def __init__(self, seed: int, start: datetime, spoil: Spoil = lambda tables: tables) -> None:
        """Begin at `start`; `spoil` takes something away from the tables."""
        self.chance = Random(seed)
        self.now = start
        self.calm = False
        self.tables = MemoryTables()
        self._spoil = spoil
        self._sleepers: list[tuple[datetime, int, asyncio.Future[None]]] = []
        self._numbers = count()
        self._steps = 0
        loop = asyncio.get_running_loop()
        loop.set_default_executor(InlineExecutor())
        loop.set_exception_handler(lambda _, context: None)

    def process(self, *, spared: bool = False) -> tuple[App, FaultyTables]:
        """Start a process: the app with nothing in memory, over the tables."""
        doomed = not (spared or self.calm) and self.chance.random() < DOOMED_SHARE
        faulty = FaultyTables(
            self._spoil(self.tables),
            Random(self.chance.random()),
            rate=CRASH_RATE if doomed else 0.0,
            pause=self._pauses(slow=not spared and self.chance.random() < SLOW_SHARE),
        )
        app = assemble(SETTINGS, CreatingTables(faulty), NoTelemetry(), lambda: self.now)
        return app, faulty

    async def sleep(self, length: timedelta) -> None:
        """Wait by the world's clock."""
        await self.until(self.now + length)

    async def until(self, moment: datetime) -> None:
        """Wait for a time of the world's clock."""
        if moment > self.now:
            woken = asyncio.get_running_loop().create_future()
            heapq.heappush(self._sleepers, (moment, next(self._numbers), woken))
            await woken

    async def tick(self) -> None:
        """Turn the clock and let everybody run for a while."""
        self.now += TICK
        while self._sleepers and self._sleepers[0][0] <= self.now:
            woken = heapq.heappop(self._sleepers)[2]
            if not woken.done():
                woken.set_result(None)
        quiet = 0
        for _ in range(400 if self.calm else self.chance.randrange(100, 800)):
            before = self._steps
            await asyncio.sleep(0)
            quiet = quiet + 1 if self._steps == before else 0
            if quiet > _QUIET_ROUNDS:
                return

    def _pauses(self, *, slow: bool) -> Callable[[], Awaitable[None]]:
        """Return what a process does between two steps: give way, or stand still for minutes."""
        rounds = self.chance.choice((2, 4, 16))

        async def pause() -> None:
            self._steps += 1
            for _ in range(self.chance.randrange(rounds)):
                await asyncio.sleep(0)
            if slow and not self.calm and self.chance.random() < STANDSTILL_SHARE:
                longest_s = self.chance.choice((300, 300, 300, 2700))
                await self.sleep(timedelta(seconds=self.chance.randint(30, longest_s)))

        return pause
