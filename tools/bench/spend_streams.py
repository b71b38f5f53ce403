"""Seeded spend by meter and by hour, to judge forecasts of sums and anomalies: nothing was billed.

`meter_streams` draws some models whose requests rise and fall together in part, of which some take
over from another, each with a share of cached input and a length of answers that wander. `hourly`
draws applications on models: a working day, a quieter weekend, autocorrelated noise, counts of
requests, and for some a nightly batch.
"""

from datetime import date
from typing import NamedTuple

import numpy as np

from shared.domain.cost_anomaly.grid import Cell
from shared.domain.packing import Floats
from tools.bench.daily_spend import bursts, calendar, growth, noise, shifts

FIRST = date(2024, 1, 1)
_CACHED_PRICE, _INPUT_PRICE, _OUTPUT_PRICE = 0.125, 1.25, 10.0


def meter_streams(seed: int, days: int = 430) -> list[Floats]:
    """Return US dollars by day of uncached input, cached input and output of each model in turn."""
    draw = np.random.default_rng(seed)
    common = 0.7 * (growth(draw, days) + noise(draw, days)) + calendar(draw, FIRST, days)
    found: list[Floats] = []
    for model in range(int(draw.integers(2, 6))):
        logs = common + growth(draw, days) + shifts(draw, days) + noise(draw, days)
        used = 10 ** draw.uniform(0.5, 2.5) * np.exp(logs) * bursts(draw, days)
        if model == 0 and draw.random() < 0.5:
            taken = 1 / (1 + np.exp((np.arange(days) - draw.integers(200, 420)) / 8))
            found += _by_meter(draw, used * (1 - taken) * draw.uniform(0.4, 1.5))
            used = used * taken
        found += _by_meter(draw, used)
    return found


def _by_meter(draw: np.random.Generator, used: Floats) -> list[Floats]:
    days = len(used)
    cached = np.clip(0.4 + np.cumsum(draw.normal(0, 0.01, days)), 0.05, 0.9)
    made = 0.15 * np.exp(np.cumsum(draw.normal(0, 0.01, days)) + draw.normal(0, 0.05, days))
    return [
        used * (1 - cached) * _INPUT_PRICE,
        used * cached * _CACHED_PRICE,
        used * made * _OUTPUT_PRICE,
    ]


class Hourly(NamedTuple):
    """Hours of spend.

    Attributes:
        cells: whose.
        usd: US dollars by cell and hour.
    """

    cells: list[Cell]
    usd: Floats


def hourly(seed: int, days: int = 63, applications: int = 8, models: int = 4) -> Hourly:
    """Return hours of spend, each application on one model."""
    draw = np.random.default_rng(seed)
    hours = np.arange(days * 24)
    prices = 10 ** draw.uniform(-3.3, -1.2, models)
    cells, usd = [], []
    for application in range(applications):
        model = int(draw.integers(0, models))
        cells.append(Cell(f"model-{model}", f"application-{application}"))
        usd.append(_of_application(draw, hours, float(prices[model])))
    return Hourly(cells, np.stack(usd))


def _of_application(
    draw: np.random.Generator, hours: np.ndarray[tuple[int, ...], np.dtype[np.int64]], price: float
) -> Floats:
    hour, weekend = hours % 24, hours // 24 % 7 >= 5
    requests = 10 ** draw.uniform(0.5, 2.8)
    course = np.exp(-0.5 * ((hour - draw.uniform(9, 16)) / draw.uniform(2, 9)) ** 2)
    course = (course + draw.uniform(0.02, 0.3)) * np.where(weekend, draw.uniform(0.1, 1), 1.0)
    steps = draw.normal(0, draw.uniform(0.05, 0.25), len(hours))
    wander = np.zeros(len(hours))
    for at in range(1, len(hours)):
        wander[at] = 0.8 * wander[at - 1] + steps[at]
    counts = draw.poisson(requests * course * np.exp(wander))
    each = np.exp(draw.normal(0, 0.3, len(hours)) / np.sqrt(np.maximum(counts, 1)))
    usd: Floats = counts * price * each
    if draw.random() < 0.25:
        batch = requests * price * draw.uniform(3, 20) * np.exp(draw.normal(0, 0.2, len(hours)))
        usd = usd + np.where((hour == draw.integers(0, 6)) & ~weekend, batch, 0.0)
    return usd
