"""Anomalies put into a series, by kind: what an operator would want to hear of.

Sizes are in units of the series' own short-term noise and of its range, drawn large enough to be
seen by eye and small enough to be missed by a fixed limit. The window is what was changed; of a
change that stays it is the first hundred points.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
_STAYS_POINTS = 100
Change = Callable[[Floats, "Size", np.random.Generator], Floats]


class Size:
    """How large a change is, drawn for a series.

    Attributes:
        noise: the usual change from point to point.
        jump: the size of a clear deviation.
    """

    def __init__(self, values: Floats, rng: np.random.Generator) -> None:
        """Measure a series that holds no anomaly yet."""
        spread = float(np.subtract(*np.percentile(values, [95, 5])))
        self.noise = float(np.percentile(np.abs(np.diff(values)), 90)) or float(np.std(values))
        self.jump = rng.uniform(4, 10) * self.noise + rng.uniform(0, 0.5) * spread


def spike(part: Floats, size: Size, rng: np.random.Generator) -> Floats:
    """Return one to five points far above."""
    return part + size.jump * rng.uniform(0.8, 1.2, len(part))


def dip(part: Floats, size: Size, rng: np.random.Generator) -> Floats:
    """Return some points far below, where the series is above its jump, else above."""
    down = float(np.median(part)) > size.jump
    return part + size.jump * (-1 if down else 1) * rng.uniform(0.8, 1.2, len(part))


def level(part: Floats, size: Size, rng: np.random.Generator) -> Floats:
    """Return a higher level, which stays."""
    return part + size.jump * rng.uniform(0.5, 1)


def surge(part: Floats, size: Size, rng: np.random.Generator) -> Floats:
    """Return twice to four times as much, for some time."""
    return part * rng.uniform(2, 4) + size.noise


def outage(part: Floats, size: Size, _rng: np.random.Generator) -> Floats:
    """Return nothing but zeros; where that is usual, a level that is not."""
    usual = np.mean(part <= size.noise / 2) > 0.2
    return np.full(len(part), size.jump if usual else 0.0)


def noisy(part: Floats, size: Size, rng: np.random.Generator) -> Floats:
    """Return the same with much more noise."""
    return part + rng.normal(0, size.noise * rng.uniform(3, 6), len(part))


def drift(part: Floats, size: Size, _rng: np.random.Generator) -> Floats:
    """Return a slow rise that ends suddenly, as of a leak and its restart."""
    return part + np.linspace(0, 1.5 * size.jump, len(part))


LENGTHS: dict[Change, tuple[int, int]] = {
    spike: (1, 5),
    dip: (3, 20),
    level: (_STAYS_POINTS, _STAYS_POINTS + 1),
    surge: (10, 60),
    outage: (5, 40),
    noisy: (30, 90),
    drift: (40, 120),
}
KINDS: tuple[Change, ...] = tuple(LENGTHS)


def inject(values: Floats, kind: Change, start: int, rng: np.random.Generator) -> tuple[int, int]:
    """Change a series in place.

    Returns:
        The first and the last index of the anomaly's window.
    """
    length = int(rng.integers(*LENGTHS[kind]))
    last = min(start + length, len(values)) - 1
    end = len(values) if kind is level else last + 1
    values[start:end] = kind(values[start:end], Size(values[:start], rng), rng)
    return start, last
