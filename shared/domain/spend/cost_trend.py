"""Whether a model's spend goes up or down, by its whole UTC days; the day that runs is left out."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import msgspec

from shared.domain.forecast.daily_series import DailySeries
from shared.domain.price.charge import EXACT
from shared.domain.price.money import usd_text
from shared.domain.spend.money import usd_estimate, usd_mean
from shared.domain.spend.spend_days import days_between, spend_series
from shared.domain.trend import LEAST_KNOWN_DAYS, METHOD, Direction, trend

_NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class DayCost:
    """What one day cost.

    Attributes:
        tokens: US dollars, those of requests that clients sampled out included.
        deployment: US dollars of provisioned throughput.
    """

    tokens: Decimal = _NOTHING
    deployment: Decimal = _NOTHING

    @property
    def total(self) -> Decimal:
        """Return both."""
        return EXACT.add(self.tokens, self.deployment)


class DailyCost(msgspec.Struct, frozen=True):
    """A UTC day; amounts are US dollars, null where the day's data is missing."""

    date: date
    total_cost: str | None
    token_cost: str | None
    deployment_cost: str | None


class Opportunity(msgspec.Struct, frozen=True):
    """Something that would save; `potential_savings` are US dollars a day."""

    type: str
    description: str
    potential_savings: str
    implementation: str


class CostTrend(msgspec.Struct, frozen=True, kw_only=True):
    """A model's spend over the last whole UTC days.

    Attributes:
        period_days: days asked for.
        known_days: those since the model was first used, without those whose data is missing.
        total_cost: of the known days.
        avg_daily_cost: the same over the known days; null without any.
        trend_direction: null where there are fewer than 21 known days.
        slope_usd_per_day: the median of the slopes of all pairs of days.
        slope_interval: its 95 % interval.
        p_value: how likely a series without a trend looks like this, 0..1.
        missing_days: days on which nobody reported, though their weekday is usually busy.
    """

    model_name: str
    start: str
    end: str
    time_range_seconds: int
    data_through: str | None
    period_days: int
    known_days: int
    currency: str = "USD"
    cost_basis: str = "effective"
    total_cost: str
    avg_daily_cost: str | None
    unpriced_requests: int
    trend_direction: Direction | None
    slope_usd_per_day: str | None
    slope_interval: tuple[str, str] | None
    p_value: float | None
    method: str = METHOD
    insufficient_data: bool
    reason: str | None
    missing_days: list[date]
    daily_breakdown: list[DailyCost]
    optimization_opportunities: list[Opportunity]


@dataclass(frozen=True, slots=True)
class TrendDays:
    """What a trend is looked for in.

    Attributes:
        first: the first day.
        end: the day after the last, today.
        costs: by day with traffic, or with provisioned throughput.
        since: a day from which on silence is zero, though nothing was spent yet; None for none.
        missing: days whose data is missing.
    """

    first: date
    end: date
    costs: Mapping[date, DayCost]
    since: date | None
    missing: Collection[date]

    @property
    def series(self) -> DailySeries | None:
        """Return spend by day, from the first known day on."""
        spent = {day: float(cost.total) for day, cost in self.costs.items()}
        return spend_series(spent, self.end, missing=self.missing, since=self.since)

    @property
    def breakdown(self) -> list[DailyCost]:
        """Return every day asked for that is known, or known to be missing."""
        series = self.series
        begins = self.end if series is None else series.first
        return [self._day(day) for day in days_between(max(begins, self.first), self.end)]

    def _day(self, day: date) -> DailyCost:
        if day in self.missing:
            return DailyCost(day, None, None, None)
        cost = self.costs.get(day, DayCost())
        return DailyCost(
            day, usd_text(cost.total), usd_text(cost.tokens), usd_text(cost.deployment)
        )


def cost_trend(
    model: str,
    days: TrendDays,
    *,
    unpriced_requests: int,
    described: Mapping[str, str | int | None],
    opportunities: Collection[Opportunity] = (),
) -> CostTrend:
    """Return the trend of a model's spend.

    Args:
        model: its name.
        days: what it cost by day.
        unpriced_requests: those that have no price, so that they are not in any cost.
        described: start, end, time_range_seconds and data_through of the span.
        opportunities: what would save.
    """
    series, breakdown = days.series, days.breakdown
    found = None if series is None else trend(series)
    shown = [day.date for day in breakdown if day.total_cost is not None]
    known, total = len(shown), _sum(days.costs[day].total for day in shown if day in days.costs)
    return CostTrend(
        model_name=model,
        **described,  # type: ignore[arg-type]
        period_days=(days.end - days.first).days,
        known_days=known,
        total_cost=usd_text(total),
        avg_daily_cost=usd_mean(total, known) if known else None,
        unpriced_requests=unpriced_requests,
        trend_direction=found.direction if found else None,
        slope_usd_per_day=usd_estimate(found.slope) if found else None,
        slope_interval=(usd_estimate(found.lo95), usd_estimate(found.hi95)) if found else None,
        p_value=found.p_value if found else None,
        insufficient_data=found is None,
        reason=None if found else f"{known} known days, {LEAST_KNOWN_DAYS} are needed for a trend",
        missing_days=sorted(day for day in days.missing if days.first <= day < days.end),
        daily_breakdown=breakdown,
        optimization_opportunities=list(opportunities),
    )


def _sum(costs: Iterable[Decimal]) -> Decimal:
    total = _NOTHING
    for cost in costs:
        total = EXACT.add(total, cost)
    return total
