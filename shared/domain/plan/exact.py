"""Decimal arithmetic of the plan: wide enough that no product of tokens and prices is rounded.

Only shares (a part of a cost, a month of a period) are divided, at 60 digits.
"""

from collections.abc import Callable
from decimal import Decimal, localcontext
from functools import wraps

from shared.domain.price.charge import EXACT

ZERO = Decimal(0)
ONE = Decimal(1)


def exactly[**P, R](compute: Callable[P, R]) -> Callable[P, R]:
    """Return a function whose Decimal arithmetic is as wide as that of `price/charge.py`."""

    @wraps(compute)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        with localcontext(EXACT):
            return compute(*args, **kwargs)

    return run
