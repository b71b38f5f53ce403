"""Which hour before a change each hour after it is compared with.

Weeks are mirrored at the change: an hour of the week after is matched with the same hour of the
week before, one of the second week after with the second week before, and so on. So every hour is
used once, and what was matched stays matched as time goes on. Where there is less than a week of
history, days are mirrored instead: the same hour of the day, on the nearest day that is left.

The four weeks after are matched with the four weeks before. Four more weeks before those are
compared with one another, where nothing was changed: that tells how far days differ anyway.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from shared.domain.packing import Ints
from shared.domain.verification.hours import DAY_H, WEEK_H, Hours

JUDGED_WEEKS = 4
HISTORY_WEEKS = 8


class Match(StrEnum):
    """What a pair of hours has in common."""

    HOUR_OF_WEEK = "hour_of_week"
    HOUR_OF_DAY = "hour_of_day"


@dataclass(frozen=True, slots=True)
class Change:
    """When a change was made, in hours.

    Attributes:
        before: hours before this one saw nothing of it.
        after: hours from this one on saw nothing else; the hour of the change itself is left out.
    """

    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Pairs:
    """Matched hours that both have requests.

    Attributes:
        match: what they have in common.
        before: row of the hour before.
        after: row of the hour after.
        offset: hours from the beginning of what is compared.
    """

    match: Match
    before: Ints
    after: Ints
    offset: Ints

    def until(self, hours: int) -> "Pairs":
        """Return the pairs of the first so many hours."""
        kept = self.offset < hours
        return Pairs(self.match, self.before[kept], self.after[kept], self.offset[kept])


def matched(hours: Hours, change: Change) -> Pairs:
    """Return the pairs of the four weeks after a change and what lay before it."""
    offset = np.arange(JUDGED_WEEKS * WEEK_H)
    match = _match(hours, change)
    period = WEEK_H if match is Match.HOUR_OF_WEEK else DAY_H
    after = change.after + offset
    before = after - period * (2 * (offset // period) + 1)
    return _pairs(hours, match, np.where(before < change.before, before, -1), after, offset)


def unchanged(hours: Hours, change: Change) -> Pairs:
    """Return pairs of hours, a week apart each, of the weeks before those that are matched."""
    nothing = np.empty(0, np.int64)
    if _match(hours, change) is Match.HOUR_OF_DAY:
        return Pairs(Match.HOUR_OF_WEEK, nothing, nothing, nothing)
    weeks = (HISTORY_WEEKS - JUDGED_WEEKS) // 2
    offset = np.arange(weeks * WEEK_H)
    later = change.after - HISTORY_WEEKS * WEEK_H + WEEK_H + offset + offset // WEEK_H * WEEK_H
    return _pairs(hours, Match.HOUR_OF_WEEK, later - WEEK_H, later, offset)


def _match(hours: Hours, change: Change) -> Match:
    start = change.after - HISTORY_WEEKS * WEEK_H
    known = hours.at[(hours.at >= start) & (hours.at < change.before)]
    has_week = len(known) > 0 and int(known[0]) <= change.after - WEEK_H + DAY_H
    return Match.HOUR_OF_WEEK if has_week else Match.HOUR_OF_DAY


def _pairs(hours: Hours, match: Match, before: Ints, after: Ints, offset: Ints) -> Pairs:
    rows_before, rows_after = hours.rows_of(before), hours.rows_of(after)
    both = (rows_before >= 0) & (rows_after >= 0)
    return Pairs(match, rows_before[both], rows_after[both], offset[both])
