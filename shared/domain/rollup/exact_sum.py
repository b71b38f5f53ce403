"""Sums of floating-point numbers that are exact, so that the order of adding never shows.

A double is an integer mantissa times a power of two. The mantissa is cut into 32-bit limbs, each
added into the accumulator of its 32-bit place; an accumulator holds 2^31 limbs before it could
overflow. It is the small superaccumulator of Neal, "Fast exact summation using small and large
superaccumulators" (2015), arXiv:1505.05571.
"""

import math
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

_LIMB = np.uint64(32)
_MASK = np.uint64(0xFFFFFFFF)


def limbs(
    values: NDArray[np.float64],
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return values as limbs.

    Args:
        values: finite numbers.

    Returns:
        For each limb: index of its value, its place (a limb l at place p is worth l * 2^(32 p)),
        and the limb with its sign; zero limbs are left out.
    """
    fraction, exponent = np.frexp(values)
    mantissa = np.abs(np.ldexp(fraction, 53)).astype(np.uint64)
    shift_from = exponent.astype(np.int64) - 53
    place = shift_from >> 5
    shift = (shift_from & 31).astype(np.uint64)
    low = (mantissa & _MASK) << shift
    high = (mantissa >> _LIMB) << shift
    middle = (low >> _LIMB) + (high & _MASK)
    parts = [low & _MASK, middle & _MASK, (high >> _LIMB) + (middle >> _LIMB)]
    sign = np.where(values < 0, -1, 1)
    signed = np.concatenate([part.astype(np.int64) * sign for part in parts])
    index = np.tile(np.arange(len(values)), 3)
    places = np.concatenate([place, place + 1, place + 2])
    kept = signed != 0
    return index[kept], places[kept], signed[kept]


def total(places: Iterable[int], sums: Iterable[int]) -> float:
    """Return the sum that accumulators hold, rounded once; inf beyond the range of a double."""
    limbs_by_place = [(int(place), int(limb)) for place, limb in zip(places, sums, strict=True)]
    lowest = min((place for place, _ in limbs_by_place), default=0)
    whole = sum(limb << 32 * (place - lowest) for place, limb in limbs_by_place)
    try:
        if lowest >= 0:
            return float(whole << 32 * lowest)
        return whole / (1 << -32 * lowest)
    except OverflowError:
        return math.inf if whole > 0 else -math.inf
