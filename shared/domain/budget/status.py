"""How a budget stands: what its month has cost so far, and what it is expected to come to.

The day on which a budget is exceeded is the first whose end finds more spent than the amount: of
days that are over by what they cost, of those ahead by what is expected.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

import msgspec

from shared.domain.budget.budget import Budget
from shared.domain.event import BUDGET_STATUS, Event, new_event
from shared.domain.forecast.forecasting import Interval
from shared.domain.forecast.month_end import days_left
from shared.domain.identity import identity_of
from shared.domain.price.money import usd_text
from shared.domain.spend.money import usd_estimate
from shared.domain.spend.spend_forecast import SpendForecast


@dataclass(frozen=True, slots=True)
class MonthSoFar:
    """What a month has cost.

    Attributes:
        today: the day that runs.
        spent: US dollars so far, today's included.
        by_day: the same by day, today's included; days without spend may be absent.
        outlook: from today to the end of the month at least; None where too little is known.
        through: everything before is counted, RFC 3339; None before the first rollup.
        unpriced_requests: those that have no price, so that they are not in `spent`.
    """

    today: date
    spent: Decimal
    by_day: Mapping[date, Decimal]
    outlook: SpendForecast | None
    through: str | None = None
    unpriced_requests: int = 0

    @property
    def expected(self) -> Interval | None:
        """Return what the month comes to; None where too little is known."""
        if self.outlook is None:
            return None
        return self._until(self.outlook, days_left(self.today))

    def exceeded_on(self, amount: Decimal) -> date | None:
        """Return the day on which more than an amount is spent; None where that is not expected."""
        spent = Decimal(0)
        for day in sorted(self.by_day):
            spent += self.by_day[day]
            if spent > amount:
                return day
        if self.outlook is None:
            return None
        for days in range(1, days_left(self.today) + 1):
            if self._until(self.outlook, days).mean > float(amount):
                return self.today + timedelta(days=days - 1)
        return None

    def _until(self, outlook: SpendForecast, days: int) -> Interval:
        """Return what the month comes to by the end of so many days, today the first of them."""
        before = float(self.spent - self.by_day.get(self.today, Decimal(0)))
        total = outlook.total(days)
        return Interval(before + total.mean, before + total.lo80, before + total.hi80)


class BudgetStatus(msgspec.Struct, frozen=True, kw_only=True):
    """How a budget stands.

    Attributes:
        month: as `2026-11`.
        spent: US dollars so far.
        spent_share: of the amount, 1 is all of it.
        forecast: US dollars expected by the end of the month; null where too little is known.
        forecast_share: of the amount.
        low80: the lower end of the band that holds the month's total in 80 % of cases.
        high80: its upper end.
        exceeds_on: the day on which more is, or is expected to be, spent than the amount.
        data_through: everything before is counted; null before the first rollup.
        unpriced_requests: those that have no price, so that they are not in `spent`.
    """

    month: str
    spent: str
    spent_share: float
    forecast: str | None
    forecast_share: float | None
    low80: str | None
    high80: str | None
    exceeds_on: date | None
    data_through: str | None
    unpriced_requests: int


def status_of(budget: Budget, so_far: MonthSoFar) -> BudgetStatus:
    """Return how a budget stands."""
    expected, amount = so_far.expected, float(budget.amount_usd)
    return BudgetStatus(
        month=f"{so_far.today:%Y-%m}",
        spent=usd_text(so_far.spent),
        spent_share=float(so_far.spent) / amount,
        forecast=usd_estimate(expected.mean) if expected else None,
        forecast_share=expected.mean / amount if expected else None,
        low80=usd_estimate(expected.lo80) if expected else None,
        high80=usd_estimate(expected.hi80) if expected else None,
        exceeds_on=so_far.exceeded_on(budget.amount_usd),
        data_through=so_far.through,
        unpriced_requests=so_far.unpriced_requests,
    )


def budget_event(budget: Budget, status: BudgetStatus, *, now: datetime, environment: str) -> Event:
    """Return the day's event about a budget; the same day always has the same event_id."""
    return new_event(
        BUDGET_STATUS,
        event_id=identity_of(BUDGET_STATUS, budget.name, f"{now:%Y-%m-%d}"),
        time=now,
        environment=environment,
        properties={
            "name": budget.name,
            "period": budget.period,
            "month": status.month,
            "exceeds_on": status.exceeds_on.isoformat() if status.exceeds_on else "",
            "scope": msgspec.json.encode(budget.scope, order="sorted").decode(),
        },
        measurements={
            "spent": float(status.spent),
            "amount": float(budget.amount_usd),
            "forecast": None if status.forecast is None else float(status.forecast),
        },
    )
