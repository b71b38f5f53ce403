"""How much each series' traffic differs from week to week, in tokens of its days.

Weeks are blocks of seven days counted back from the last; below two weeks, days stand for them.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal

import numpy as np

from shared.domain.packing import Floats
from shared.domain.plan.bill import Place
from shared.domain.plan.exact import ONE
from shared.domain.plan.saving import Spread, Spreads

_WEEK = 7
_DIGITS = 6


def spreads_of(daily: Mapping[Place, Sequence[int]]) -> Spreads:
    """Return the spread of each series.

    Args:
        daily: tokens of each day of the period, days without any as 0.
    """
    return Spreads({place: spread_of(tokens) for place, tokens in daily.items()})


def spread_of(tokens: Sequence[int]) -> Spread:
    """Return the leanest and the richest week as shares of the mean."""
    blocks = _blocks(np.array(tokens, np.float64))
    mean = float(np.mean(tokens)) if len(tokens) else 0.0
    if mean <= 0 or not len(blocks):
        return Spread()
    low, high = float(blocks.min()) / mean, float(blocks.max()) / mean
    return Spread(min(_decimal(low), ONE), max(_decimal(high), ONE))


def _blocks(tokens: Floats) -> Floats:
    """Return the mean of each block."""
    size = _WEEK if len(tokens) >= 2 * _WEEK else 1
    whole = len(tokens) // size * size
    return tokens[len(tokens) - whole :].reshape(-1, size).mean(axis=1)


def _decimal(share: float) -> Decimal:
    return Decimal(f"{share:.{_DIGITS}f}")
