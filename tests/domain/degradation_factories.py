"""Noise as hours have it."""

from typing import Any

import numpy as np

type Array = np.ndarray[Any, np.dtype[np.float64]]


def alike(runs: int, count: int, sd: float, seed: int) -> Array:
    """Return rows of noise in which each hour resembles the one before by 0.6."""
    drawn = np.random.default_rng(seed).normal(0, sd, (runs, count + 50))
    found = np.zeros_like(drawn)
    for at in range(1, drawn.shape[1]):
        found[:, at] = 0.6 * found[:, at - 1] + 0.8 * drawn[:, at]
    return found[:, 50:]
