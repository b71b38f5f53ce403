"""The pairs of windows over which an error budget is watched, and how fast each lets it burn.

A burn rate of 1 spends the whole error budget in exactly the period of the objective. A pair alerts
where both of its windows burn at the rate that spends a share of the budget within the long one:

    factor = share of the budget * period / long window

| long | short | budget spent | factor over 30 days |
| --- | --- | --- | --- |
| 1 h | 5 min | 2 % | 14.4 |
| 6 h | 30 min | 5 % | 6 |
| 1 d | 2 h | 10 % | 3 |
| 3 d | 6 h | 10 % | 1 |

The short window ends the alert soon after the trouble ends.
Sources: the formula and all pairs but that of 1 d are those that Google's Site Reliability Workbook
recommends (chapter 5, https://sre.google/workbook/alerting-on-slos/); the pair of 1 d and 2 h is
Sloth's, whose defaults the four are (https://sloth.dev/usage/slo-period-windows/).
"""

from dataclasses import dataclass
from enum import StrEnum

from shared.domain.packing import Ints
from shared.domain.timeline import DAY_M, HOUR_M

FINE_M = 6 * HOUR_M


class Burn(StrEnum):
    """Which pairs a rule looks at: fast burns are for pages, slow ones for tickets."""

    FAST = "fast"
    SLOW = "slow"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class WindowPair:
    """A long and a short window that have to burn at once.

    Attributes:
        name: of both, as `1h/5m`.
        budget_share: of the error budget, spent within the long window at the pair's factor.
    """

    name: str
    long_m: int
    short_m: int
    budget_share: float

    def factor(self, period_days: int) -> float:
        """Return the burn rate at which the pair alerts."""
        return self.budget_share * period_days * DAY_M / self.long_m


_PAIRS = (
    WindowPair("1h/5m", HOUR_M, 5, 0.02),
    WindowPair("6h/30m", 6 * HOUR_M, 30, 0.05),
    WindowPair("1d/2h", DAY_M, 2 * HOUR_M, 0.1),
    WindowPair("3d/6h", 3 * DAY_M, 6 * HOUR_M, 0.1),
)
_CHOSEN = {Burn.FAST: _PAIRS[:2], Burn.SLOW: _PAIRS[2:], Burn.ALL: _PAIRS}
_BY_NAME = {pair.name: pair for pair in _PAIRS}


def pairs_of(burn: Burn) -> tuple[WindowPair, ...]:
    """Return the pairs that a rule looks at."""
    return _CHOSEN[burn]


def pair_named(name: str) -> WindowPair | None:
    """Return the pair of a name; None where there is none."""
    return _BY_NAME.get(name)


def window_starts(times: Ints, window_m: int) -> Ints:
    """Return the first minute of the window that ends at each time.

    A window longer than 6 hours begins with the UTC hour that its far edge lies in, so that it is
    made of whole hours and of the minutes since: sums of hours give what sums of minutes give.

    Args:
        times: evaluation minutes; each window ends before its time.
        window_m: length of the window in minutes.
    """
    starts = times - window_m
    return starts if window_m <= FINE_M else starts - starts % HOUR_M
