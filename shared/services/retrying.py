"""Reading, deciding and writing anew where somebody else wrote in between."""

from collections.abc import Awaitable, Callable
from contextlib import suppress

from shared.errors import Stale

_TRIES = 8


async def until_settled[T](attempt: Callable[[], Awaitable[T]], what: str) -> T:
    """Return what the first attempt comes to that nobody gets in the way of.

    Args:
        attempt: reads, decides and writes; raises `Stale` where somebody else wrote meanwhile.
        what: is written, for the error.

    Raises:
        Stale: each of 8 attempts met another's.
    """
    for _ in range(_TRIES):
        with suppress(Stale):
            return await attempt()
    raise Stale(f"{what} keeps changing")
