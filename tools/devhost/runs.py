"""Invocations in progress, apart from the loops that start them, so that stopping lets them end."""

import asyncio
from collections.abc import Coroutine
from typing import Any


class Runs:
    """The invocations of timers and queues that have begun and not ended."""

    def __init__(self) -> None:
        """Start with none."""
        self._tasks: set[asyncio.Task[Any]] = set()

    async def run[T](self, invocation: Coroutine[Any, Any, T]) -> T:
        """Await an invocation; it goes on when the one who awaits it is cancelled."""
        return await asyncio.shield(self.begin(invocation))

    def begin[T](self, invocation: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Begin an invocation without waiting for it."""
        task = asyncio.create_task(invocation)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def end(self, *, grace_s: float) -> int:
        """Wait until all have ended, cancel what takes longer, and say how many."""
        if not self._tasks:
            return 0
        _, late = await asyncio.wait(self._tasks, timeout=grace_s)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
        return len(late)
