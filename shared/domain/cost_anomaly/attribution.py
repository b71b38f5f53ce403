"""What an unusual step is down to: which scopes tell it best, and what parts its change has.

A runaway application is seen in its own spend, in that of its model and in all of it. It is told
once, for the scope that the most of the change is in, an application before a model where both say
about the same; a scope whose change is mostly told already is left out. So two applications on one
model that rose together are told as the model, and so is a price that changed. Where no application
and no model has half of the change, all spend is what is unusual.

A cell's change is what it cost less the median of the same hour on the 14 days before, or of the
same weekday in the 4 weeks before, at the prices of the day before; what its prices changed stands
apart.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from shared.domain.cost_anomaly.grid import EVERYTHING, SpendGrid
from shared.domain.cost_anomaly.judging import Unusual
from shared.domain.packing import Floats

_MOSTLY = 0.5
_ABOUT_THE_SAME = 0.9
_LEAST_SHARE = 0.1


class Cause(StrEnum):
    """What a part of a change is down to."""

    MODEL = "model"
    APPLICATION = "application"
    PRICE_CHANGE = "price_change"


@dataclass(frozen=True, slots=True)
class Season:
    """Which steps before are like a step.

    Attributes:
        apart: steps between two alike: a day of hours, a week of days.
        count: how many are looked at.
    """

    apart: int
    count: int


HOURS = Season(24, 14)
DAYS = Season(7, 4)


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a change.

    Attributes:
        cause: what it is down to.
        name: the application, or the model; that whose price changed.
        usd: US dollars, below 0 where less was spent.
        share: of the change, 0..1; parts of different causes overlap.
    """

    cause: Cause
    name: str
    usd: float
    share: float


def most_specific(found: Sequence[Unusual], grid: SpendGrid, season: Season) -> list[Unusual]:
    """Return the scopes that tell of what is unusual in one step, one direction at a time.

    Args:
        found: what is unusual, all of the same step.
        grid: where.
        season: which steps are like it.
    """
    upwards = [each for each in found if each.is_above]
    downwards = [each for each in found if not each.is_above]
    return [*_told_once(upwards, grid, season), *_told_once(downwards, grid, season)]


def _told_once(found: Sequence[Unusual], grid: SpendGrid, season: Season) -> list[Unusual]:
    if not found:
        return []
    left = _changes(grid, found[0].at, season) * (1 if found[0].is_above else -1)
    whole = {each.scope: _of(each, grid, left) for each in found}
    open_, told = list(found), list[Unusual]()
    while open_:
        best = max(open_, key=lambda each: _rank(each, grid, left))
        open_.remove(best)
        if _of(best, grid, left) >= _MOSTLY * whole[best.scope] or not told:
            told.append(best)
            left[grid.rows(best.scope)] = 0.0
    return told


def _rank(each: Unusual, grid: SpendGrid, left: Floats) -> float:
    change = _of(each, grid, left)
    if each.scope == EVERYTHING:
        return _MOSTLY * change
    return change if each.scope.application is None else change / _ABOUT_THE_SAME


def _of(each: Unusual, grid: SpendGrid, changes: Floats) -> float:
    return float(changes[grid.rows(each.scope)].sum())


def _changes(grid: SpendGrid, at: int, season: Season) -> Floats:
    """Return by how much each cell's spend differs from what it usually is."""
    return grid.paid[:, at] - _normal(grid, at, season)


def _normal(grid: SpendGrid, at: int, season: Season) -> Floats:
    alike = [at - n * season.apart for n in range(1, season.count + 1)]
    known = [each for each in alike if each >= 0 and not np.isnan(grid.usual[:, each]).any()]
    if not known:
        return np.zeros(len(grid.cells))
    normal: Floats = np.median(grid.usual[:, known], axis=1)
    return normal


def attribution(each: Unusual, grid: SpendGrid, season: Season) -> list[Part]:
    """Return what the change is down to, the largest part first; parts below a tenth are left out.

    Args:
        each: what is unusual.
        grid: where.
        season: which steps are like it.
    """
    rows = grid.rows(each.scope)
    changes = _changes(grid, each.at, season)[rows]
    priced = (grid.paid[:, each.at] - np.nan_to_num(grid.usual[:, each.at]))[rows]
    cells, total = [grid.cells[row] for row in rows], float(changes.sum())
    by: dict[tuple[Cause, str], float] = {}
    for cell, change, price in zip(cells, changes.tolist(), priced.tolist(), strict=True):
        for key, usd in (
            ((Cause.MODEL, cell.model), change),
            ((Cause.APPLICATION, cell.application), change),
            ((Cause.PRICE_CHANGE, cell.model), price),
        ):
            by[key] = by.get(key, 0.0) + usd
    parts = [
        Part(cause, name, usd, min(usd / total, 1.0))
        for (cause, name), usd in by.items()
        if name and total and usd / total >= _LEAST_SHARE
    ]
    return sorted(parts, key=lambda part: (-part.share, part.cause, part.name))
