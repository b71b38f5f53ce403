"""Two ways of doing the same work, compared hour by hour while both were in use.

Only hours (of scores: days) with ten requests either way are compared, in blocks of a day, by the
very formulas that verdicts are made with (`domain/verification`): what differs from hour to hour
and from day to day meets both ways alike. Three days at least. It shows what differs, not why: who
chose one way for some requests and the other for others may have had reasons.
"""

import math

import numpy as np

from shared.domain.packing import Floats, Ints
from shared.domain.verification.blocks import Blocks, blocks
from shared.domain.verification.hours import DAY_H, Hours
from shared.domain.verification.looks import Interval, interval_of
from shared.domain.verification.matching import Match, Pairs
from shared.domain.verification.scale import Scale

ERROR = 0.05
"""Probability of an interval without the true difference."""

_LEAST_EACH_WAY = 10
_NO_HISTORY = Blocks(np.empty(0), np.empty(0))


def compared(ours: Hours, theirs: Hours, scale: Scale) -> Interval | None:
    """Return theirs less ours, on the scale; None where too little was done both ways at once.

    Args:
        ours: the way in use, by the hour.
        theirs: the other way.
        scale: of the value.
    """
    ours, theirs = _enough(ours), _enough(theirs)
    rows = theirs.rows_of(ours.at)
    before = np.flatnonzero(rows >= 0)
    if not len(before):
        return None
    both = _stacked(ours, theirs)
    after: Ints = rows[before] + len(ours.at)
    offset = both.at[after] - int(both.at[after].min())
    found = blocks(Pairs(Match.HOUR_OF_DAY, before, after, offset), both, scale, length_h=DAY_H)
    interval = interval_of(found, _NO_HISTORY, ERROR, 0.0)
    return interval if interval is not None and math.isfinite(interval.low) else None


def _enough(hours: Hours) -> Hours:
    return hours.where(hours.n >= _LEAST_EACH_WAY)


def _stacked(ours: Hours, theirs: Hours) -> Hours:
    def joined(first: Floats | None, second: Floats | None) -> Floats | None:
        if first is None or second is None:
            return None
        return np.concatenate([first, second])

    return Hours(
        np.concatenate([ours.at, theirs.at]),
        np.concatenate([ours.n, theirs.n]),
        np.concatenate([ours.total, theirs.total]),
        joined(ours.squares, theirs.squares),
    )
