"""Timers that note when they came to their end, so that readiness can tell of one that does not."""

import functools
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from shared.bootstrap import app
from shared.services.punctuality import note_run


def noting[**P, R](timer: Callable[P, Awaitable[R]]) -> Callable[P, Awaitable[R]]:
    """Return a timer that notes each run that did not fail."""

    @functools.wraps(timer)
    async def run(*args: P.args, **kwargs: P.kwargs) -> R:
        answer = await timer(*args, **kwargs)
        await note_run(timer.__name__, now=datetime.now(UTC), cursors=app().cursors)
        return answer

    return run
