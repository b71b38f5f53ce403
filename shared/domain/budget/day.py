"""A budget's month as it looks on one of its days, at any time of that day."""

from dataclasses import dataclass
from datetime import date
from math import nan

from shared.domain.forecast.month_end import days_left
from shared.domain.spend.day_profile import DayProfile
from shared.domain.spend.spend_forecast import DaySoFar, SpendForecast
from shared.domain.timeline import DAY_M


@dataclass(frozen=True, slots=True)
class BudgetDay:
    """What is known of a month when a day begins.

    Attributes:
        day: the day.
        before: US dollars that the days before it have cost.
        fixed: US dollars of provisioned throughput that it costs, evenly over the day.
        profile: how spend usually goes over such a day.
        ahead: of the day and those after it; None where too little is known.
    """

    day: date
    before: float
    fixed: float
    profile: DayProfile
    ahead: SpendForecast | None

    def seen_at(self, minute: int, tokens_usd: float) -> tuple[float, float]:
        """Return what the month has cost, and is expected to, as seen at a minute of the day.

        Args:
            minute: of the day, 0..1,440.
            tokens_usd: what tokens have cost on the day so far.

        Returns:
            US dollars; NaN for what is expected where too little is known.
        """
        spent = self.before + tokens_usd + self.fixed * minute / DAY_M
        if self.ahead is None:
            return spent, nan
        so_far = DaySoFar(tokens_usd, self.profile.elapsed(minute))
        rest = self.ahead.with_today(so_far).total(days_left(self.day))
        return spent, self.before + rest.mean
