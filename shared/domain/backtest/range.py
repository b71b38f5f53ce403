"""The evaluation times of a backtest that history has: complete, and kept minute by minute."""

from datetime import datetime

import msgspec

from shared.domain.backtest.input import BacktestQuery
from shared.domain.timeline import DAY_M, floor_to, instant, minute_of, rfc3339_minute


class Cut(msgspec.Struct, frozen=True):
    """A bound that was moved, and why.

    Attributes:
        bound: `start` or `end`.
        asked: where it was.
        used: where it is; None where nothing is left.
    """

    bound: str
    asked: datetime
    used: datetime | None
    reason: str


def range_within(
    query: BacktestQuery, through: int | None, now: datetime, *, kept_days: int
) -> tuple[range, list[Cut]]:
    """Return the evaluation times that history has, and the bounds that were moved for it.

    Args:
        query: the times asked for.
        through: every minute before this one is complete; None before the first rollup.
        now: the clock, UTC.
        kept_days: how many days of minutes are kept.
    """
    asked, cuts = query.minutes, []
    kept_from = floor_to(minute_of(now) - kept_days * DAY_M, DAY_M)
    first, end = asked.start, min(query.end, -1 if through is None else through)
    if first < kept_from:
        first += -(-(kept_from - first) // asked.step) * asked.step
        reason = f"minutes are kept from {rfc3339_minute(kept_from)} on"
        cuts.append(Cut("start", instant(asked.start), instant(first), reason))
    if end < query.end:
        used = None if through is None else instant(end)
        reason = "nothing is complete yet" if through is None else "data_through"
        cuts.append(Cut("end", instant(query.end), used, reason))
    return range(first, end + 1, asked.step), cuts
