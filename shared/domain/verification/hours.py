"""Sums of one value by hour: all that judging a change needs of a model's requests.

The value is what the scale says (a logarithm, 1 for a failed request and else 0, a score). Hours
are numbered since 1970-01-01T00:00Z, so that 168 of them are a week.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shared.domain.packing import Floats, Ints

DAY_H = 24
WEEK_H = 168


@dataclass(frozen=True, slots=True)
class Lengths:
    """Sums of x = ln(1 + output tokens) over the same requests, by hour.

    Attributes:
        total: of x.
        squares: of x * x.
        cross: of x times the value.
    """

    total: Floats
    squares: Floats
    cross: Floats


@dataclass(frozen=True, slots=True)
class Hours:
    """One row for each hour that has requests.

    Attributes:
        at: number of the hour, ascending, each once.
        n: requests, at least 1.
        total: sum of the value.
        squares: sum of its squares; None where they were not kept.
        lengths: of the answers; None where they are not to be adjusted for.
    """

    at: Ints
    n: Floats
    total: Floats
    squares: Floats | None = None
    lengths: Lengths | None = None

    @property
    def means(self) -> Floats:
        """The mean value of each hour."""
        return self.total / self.n

    def rows_of(self, hours: Ints) -> Ints:
        """Return the row of each of the hours, -1 for those without requests."""
        if len(self.at) == 0:
            return np.full(len(hours), -1, np.int64)
        near = np.minimum(np.searchsorted(self.at, hours), len(self.at) - 1)
        return np.where(self.at[near] == hours, near, -1)

    def where(self, kept: NDArray[np.bool_]) -> "Hours":
        """Return the rows that are kept."""
        squares, lengths = self.squares, self.lengths
        return Hours(
            self.at[kept],
            self.n[kept],
            self.total[kept],
            None if squares is None else squares[kept],
            None
            if lengths is None
            else Lengths(lengths.total[kept], lengths.squares[kept], lengths.cross[kept]),
        )

    def adjusted(self, slope: float) -> "Hours":
        """Return the value less slope times the length, whose sums are then no longer needed."""
        lengths, squares = self.lengths, self.squares
        if lengths is None or squares is None:
            return self
        total = self.total - slope * lengths.total
        squares = squares - 2 * slope * lengths.cross + slope * slope * lengths.squares
        return Hours(self.at, self.n, total, squares)


def spread_within(hours: Hours) -> float | None:
    """Return the variance of the value within hours, pooled; None where it cannot be told."""
    degrees = float((hours.n - 1).sum())
    if hours.squares is None or degrees <= 0:
        return None
    return max(float((hours.squares - hours.total**2 / hours.n).sum()) / degrees, 0.0)


def length_slope(hours: Hours) -> float:
    """Return by how much the value grows with the length, within hours; 0 where it cannot be told.

    The slope of the analysis of covariance: what hours differ by has no part in it, so neither has
    the change that is judged.
    """
    lengths = hours.lengths
    if lengths is None:
        return 0.0
    spread = float((lengths.squares - lengths.total**2 / hours.n).sum())
    together = float((lengths.cross - lengths.total * hours.total / hours.n).sum())
    return together / spread if spread > 0 else 0.0
