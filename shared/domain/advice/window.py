"""How far back advice looks, and what it leaves out.

The last week of a scope, further back to four weeks until there are 2,000 requests; only whole days
after the latest change that somebody made on advice, as earlier ones tell of what is done no more.
"""

from shared.domain.advice.history import Work
from shared.domain.digest.tally import tally_of

WEEK_D = 7
LONGEST_D = 28
ENOUGH = 2_000


def windowed(work: Work, end: int, changed: int | None = None) -> Work:
    """Return the days of a scope that advice looks at.

    Args:
        work: of the last `LONGEST_D` days.
        end: the day after the last, in days since 1970.
        changed: the day of the latest change; None where there was none.
    """
    hours = work.hours
    by_day = tally_of({"day": hours.keys["day"]}, {"requests": hours.sums["requests"]})
    # The day that is under way, and a week of whole ones.
    first = end - 1 - WEEK_D
    if len(by_day) and by_day.where(by_day.keys["day"] >= first).total("requests") < ENOUGH:
        back = by_day.sums["requests"][::-1].cumsum()
        at = min(int(back.searchsorted(ENOUGH)), len(back) - 1)
        first = min(first, int(by_day.keys["day"][len(back) - 1 - at]))
    if changed is not None:
        first = max(first, changed + 1)
    return work.since(first)
