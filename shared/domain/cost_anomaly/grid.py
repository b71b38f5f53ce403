"""Spend on tokens by model, application and step of time, as it was and at one day's prices.

What is unusual is looked for at the prices of one day, so that a price that changed is told from
traffic that did.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from shared.domain import label
from shared.domain.packing import Floats, Ints


class Cell(NamedTuple):
    """Whose spend it is; an application is empty where requests do not tell."""

    model: str
    application: str


class Scope(NamedTuple):
    """The cells that are looked at together; None takes every model, or every application."""

    model: str | None = None
    application: str | None = None

    @property
    def labels(self) -> dict[str, str]:
        """Return label -> the value it has."""
        named = {label.MODEL: self.model, label.APPLICATION: self.application}
        return {name: value for name, value in named.items() if value is not None}

    def has(self, cell: Cell) -> bool:
        """Tell whether a cell is in it."""
        own = self.model in (None, cell.model)
        return own and self.application in (None, cell.application)


EVERYTHING = Scope()


@dataclass(frozen=True, slots=True)
class SpendGrid:
    """Spend by cell (rows) and step (columns).

    Attributes:
        cells: one a row.
        starts: the first minute of each step; steps follow each other.
        usual: US dollars at the prices of the day before the one that is judged; NaN where nobody
            reported though somebody usually does.
        paid: US dollars at the prices of each step's own day.
    """

    cells: Sequence[Cell]
    starts: Ints
    usual: Floats
    paid: Floats

    def scopes(self) -> list[Scope]:
        """Return everything, each application and each model: those that are looked at."""
        applications = sorted({cell.application for cell in self.cells} - {""})
        models = sorted({cell.model for cell in self.cells})
        return [
            *(Scope(application=name) for name in applications),
            *(Scope(model=name) for name in models),
            EVERYTHING,
        ]

    def rows(self, scope: Scope) -> Ints:
        """Return the rows of a scope."""
        return np.flatnonzero([scope.has(cell) for cell in self.cells])

    def usual_of(self, scope: Scope) -> Floats:
        """Return a scope's spend by step, at one day's prices."""
        total: Floats = self.usual[self.rows(scope)].sum(axis=0)
        return total

    def paid_of(self, scope: Scope) -> Floats:
        """Return a scope's spend by step."""
        total: Floats = self.paid[self.rows(scope)].sum(axis=0)
        return total


def spend_grid(
    starts: Ints,
    usual: Mapping[Cell, Mapping[int, float]],
    paid: Mapping[Cell, Mapping[int, float]],
    silent: Sequence[int] = (),
) -> SpendGrid:
    """Return spend as a grid.

    Args:
        starts: the first minute of each step.
        usual: cell -> start -> US dollars at one day's prices.
        paid: likewise, at the prices of their own days.
        silent: the starts of steps whose data is missing.
    """
    cells = sorted({*usual, *paid})
    place = {int(start): at for at, start in enumerate(starts)}
    both = []
    for amounts in (usual, paid):
        table = np.zeros((len(cells), len(starts)))
        for row, cell in enumerate(cells):
            for start, amount in amounts.get(cell, {}).items():
                table[row, place[start]] = amount
        both.append(table)
    both[0][:, [place[start] for start in silent if start in place]] = np.nan
    return SpendGrid(cells, starts, both[0], both[1])
