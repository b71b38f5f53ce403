"""Simulated spend by model and application, seeded: hours and days of a small shop."""

from datetime import date

import numpy as np

from shared.domain.cost_anomaly.grid import Cell, SpendGrid
from shared.domain.packing import Floats
from shared.domain.timeline import DAY_M, HOUR_M, minute_of
from tests.domain.factories import T0

CELLS = (
    Cell("gpt-5", "checkout-bot"),
    Cell("gpt-5", "search"),
    Cell("gpt-5-mini", "search"),
    Cell("gpt-5-mini", "triage"),
)
HOURLY_USD = np.array([4.0, 2.0, 1.0, 3.0])
FIRST_M = minute_of(T0) // DAY_M * DAY_M - 28 * DAY_M
FIRST_DAY = date.fromordinal(date(1970, 1, 1).toordinal() + FIRST_M // DAY_M)


def hourly(days: int = 30, *, seed: int = 1) -> SpendGrid:
    """Return busy days and quiet nights with noise."""
    hours = np.arange(days * 24)
    course = 1.2 + np.sin((hours % 24 - 6) / 24 * 2 * np.pi)
    noise = np.exp(np.random.default_rng(seed).normal(0, 0.1, (len(CELLS), len(hours))))
    usual = HOURLY_USD[:, None] * course * noise
    return SpendGrid(CELLS, FIRST_M + hours * HOUR_M, usual, usual.copy())


def daily(days: int = 60, *, seed: int = 1) -> SpendGrid:
    """Return weekdays and quieter weekends with noise."""
    at = np.arange(days)
    course = np.where(at % 7 >= 5, 0.5, 1.0)
    noise = np.exp(np.random.default_rng(seed).normal(0, 0.08, (len(CELLS), days)))
    usual = 24 * HOURLY_USD[:, None] * course * noise
    return SpendGrid(CELLS, FIRST_M + at * DAY_M, usual, usual.copy())


def scaled(
    grid: SpendGrid, column: int, factors: dict[Cell, float], *, by_price: bool = False
) -> SpendGrid:
    """Return a grid one step of which cost some cells a multiple: by traffic, or by price."""
    usual, paid = grid.usual.copy(), grid.paid.copy()
    for cell, factor in factors.items():
        row = list(grid.cells).index(cell)
        paid[row, column] *= factor
        if not by_price:
            usual[row, column] *= factor
    return SpendGrid(grid.cells, grid.starts, usual, paid)


def silent(grid: SpendGrid, column: int) -> SpendGrid:
    """Return a grid with a step in which nobody reported."""
    usual, paid = grid.usual.copy(), grid.paid.copy()
    usual[:, column], paid[:, column] = np.nan, 0.0
    return SpendGrid(grid.cells, grid.starts, usual, paid)


def everywhere(factor: float) -> dict[Cell, float]:
    """Return the same factor for every cell."""
    return dict.fromkeys(CELLS, factor)


def amounts(grid: SpendGrid, column: int) -> Floats:
    """Return what each cell paid in a step."""
    return grid.paid[:, column]
