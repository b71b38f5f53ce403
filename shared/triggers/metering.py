"""Functions that count themselves: how often they run, and for how long."""

import functools
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime

from shared.bootstrap import app
from shared.errors import MonitorError


def metered[**P, R](handler: Callable[P, Awaitable[R]]) -> Callable[P, Awaitable[R]]:
    """Return a function's handler that counts its runs, failed ones too."""

    @functools.wraps(handler)
    async def run(*args: P.args, **kwargs: P.kwargs) -> R:
        began_s = time.perf_counter()
        try:
            return await handler(*args, **kwargs)
        finally:
            await counted(handler.__name__, began_s)

    return run


async def counted(function: str, began_s: float) -> None:
    """Count a run that began at `began_s` of `time.perf_counter`; without an app, do nothing."""
    with suppress(MonitorError):
        elapsed_s = time.perf_counter() - began_s
        await app().meter.executed(function, elapsed_s, datetime.now(UTC))
