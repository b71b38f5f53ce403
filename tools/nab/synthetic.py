"""Operational series with anomalies put into them, drawn from a seed: SYNTHETIC, never measured.

Each series has one of seven shapes that monitoring knows (`SHAPES`), a step of 1, 5, 15 or 60
minutes, a scale between 1e-3 and 1e6, and in most cases a day's and a week's rhythm. Two to five
anomalies of the kinds in `tools/nab/injected.py` follow after the first quarter, far from each
other. Some points are missing (NaN). What is drawn belongs to the benchmark, not to the detector:
other seeds give other series.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from tools.nab.corpus import Labelled
from tools.nab.injected import KINDS, Floats, inject

_START_S = 1_767_225_600  # a Thursday, 2026-01-01
_DAY_S = 86_400
_STEPS_S = (60, 300, 900, 3_600)
_POINTS = (3_000, 8_000)
_HISTORY_SHARE = 0.25
_MISSING_SHARE = 0.002


@dataclass(frozen=True, slots=True)
class Canvas:
    """What a shape is drawn on.

    Attributes:
        times_s: seconds since the epoch, equally spaced.
        rhythm: the load expected at each moment, about 1 on average.
        rng: where chance comes from.
    """

    times_s: Floats
    rhythm: Floats
    rng: np.random.Generator


def request_rate(canvas: Canvas) -> Floats:
    """Return requests a step: counts, some thousand or a handful."""
    mean = 10 ** canvas.rng.uniform(0.5, 4)
    burst = np.exp(_correlated(canvas, 0.9) * canvas.rng.uniform(0.02, 0.15))
    return canvas.rng.poisson(mean * canvas.rhythm * burst).astype(np.float64)


def latency(canvas: Canvas) -> Floats:
    """Return a latency that grows a little with load, with a long tail upwards."""
    tail = np.exp(np.abs(canvas.rng.normal(0, canvas.rng.uniform(0.05, 0.3), len(canvas.rhythm))))
    typical_ms = float(10 ** canvas.rng.uniform(-1, 3.5))
    found: Floats = typical_ms * tail * canvas.rhythm**0.3
    return found


def error_rate(canvas: Canvas) -> Floats:
    """Return the share of failed requests: mostly none or few of some hundred."""
    requests = np.maximum(canvas.rng.poisson(10 ** canvas.rng.uniform(1.5, 3.5) * canvas.rhythm), 1)
    return canvas.rng.binomial(requests, 10 ** canvas.rng.uniform(-3, -1.7)) / requests


def processor(canvas: Canvas) -> Floats:
    """Return a utilisation between 0 and 1, with a job that runs every few hours."""
    idle, busy = canvas.rng.uniform(0.02, 0.3), canvas.rng.uniform(0.1, 0.3)
    every_s = canvas.rng.choice([3_600, 21_600, 86_400])
    job = (canvas.times_s % every_s) < max(every_s / 24, canvas.times_s[1] - canvas.times_s[0])
    noise = _correlated(canvas, 0.7) * canvas.rng.uniform(0.005, 0.04)
    used: Floats = idle + busy * canvas.rhythm + canvas.rng.uniform(0, 0.3) * job + noise
    return np.clip(used, 0, 1)


def tokens(canvas: Canvas) -> Floats:
    """Return tokens a step: a sum of few requests of very different size."""
    count = canvas.rng.poisson(canvas.rng.uniform(2, 30) * canvas.rhythm)
    size = canvas.rng.lognormal(6, canvas.rng.uniform(0.3, 0.9), len(count))
    return np.round(count * size)


def queue_depth(canvas: Canvas) -> Floats:
    """Return a queue that is empty most of the time and fills in bursts."""
    burst = canvas.rng.random(len(canvas.rhythm)) < canvas.rng.uniform(0.01, 0.08)
    height = canvas.rng.exponential(canvas.rng.uniform(5, 200), len(burst))
    return np.round(burst * height * canvas.rhythm)


def memory(canvas: Canvas) -> Floats:
    """Return memory in bytes that fills slowly and is freed, over and over."""
    period = canvas.rng.integers(50, 400)
    ramp = (np.arange(len(canvas.rhythm)) % period) / period
    noise = canvas.rng.normal(0, 0.01, len(ramp))
    return 10 ** canvas.rng.uniform(6, 9) * (1 + canvas.rng.uniform(0.1, 0.5) * ramp + noise)


SHAPES: dict[str, Callable[[Canvas], Floats]] = {
    shape.__name__: shape
    for shape in (request_rate, latency, error_rate, processor, tokens, queue_depth, memory)
}


def draw(count: int, *, seed: int) -> list[Labelled]:
    """Return as many labelled series, the shapes in turn."""
    names = list(SHAPES)
    return [_series(names[at % len(names)], at, seed) for at in range(count)]


def _series(shape: str, at: int, seed: int) -> Labelled:
    rng = np.random.default_rng([seed, at])
    length = int(rng.integers(*_POINTS))
    times_s = _START_S + rng.choice(_STEPS_S) * np.arange(length, dtype=np.float64)
    values = SHAPES[shape](Canvas(times_s, _rhythm(times_s, rng), rng))
    count = int(rng.integers(2, 6))
    room = int(length * (1 - _HISTORY_SHARE) / count)
    windows: list[tuple[int, int]] = []
    for number in range(count):
        start = int(length * _HISTORY_SHARE) + number * room + int(rng.integers(0, room // 2))
        kind = KINDS[int(rng.integers(len(KINDS)))]
        windows.append(inject(values, kind, start, rng))
    if shape in {"request_rate", "error_rate", "queue_depth", "tokens"}:
        np.maximum(values, 0, out=values)
    values[rng.random(length) < _MISSING_SHARE] = np.nan
    return Labelled(f"synthetic/{at:03d}_{shape}", times_s, values, tuple(windows))


def _rhythm(times_s: Floats, rng: np.random.Generator) -> Floats:
    """Return the load over the day and week; flat for one series in four."""
    if rng.random() < 0.25:
        return np.ones(len(times_s))
    phase = 2 * np.pi * (times_s / _DAY_S + rng.random())
    depth = rng.uniform(0.2, 0.8)
    day = 1 + depth * np.sin(phase) + 0.3 * depth * np.sin(2 * phase + rng.uniform(0, 6))
    weekend = np.floor(times_s / _DAY_S + 3) % 7 >= 5
    quiet: Floats = np.maximum(day, 0.05) * np.where(weekend, rng.uniform(0.4, 1), 1)
    return quiet


def _correlated(canvas: Canvas, keep: float) -> Floats:
    """Return noise of variance 1 in which each point keeps a share of the one before."""
    noise = canvas.rng.normal(0, np.sqrt(1 - keep**2), len(canvas.rhythm))
    for at in range(1, len(noise)):
        noise[at] += keep * noise[at - 1]
    return noise
