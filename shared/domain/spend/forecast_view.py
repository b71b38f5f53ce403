"""A spend forecast as it is answered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import msgspec

from shared.domain.forecast.forecasting import Interval
from shared.domain.forecast.month_end import days_left
from shared.domain.price.money import usd_text
from shared.domain.spend.money import usd_estimate
from shared.domain.spend.outlook import FEWEST_DAYS, Outlook
from shared.domain.spend.spend_forecast import METHOD
from shared.domain.spend.token_forecast import ExpectedTokens
from shared.domain.trend import LEAST_KNOWN_DAYS


class ExpectedDay(msgspec.Struct, frozen=True):
    """A UTC day ahead; amounts are US dollars.

    Attributes:
        mean: half of such days cost more; of today, what is spent already included.
        low80: the lower end of the band that holds 80 % of such days.
        high80: its upper end.
    """

    date: date
    mean: str
    low80: str
    high80: str


class ExpectedTotal(msgspec.Struct, frozen=True):
    """What all days asked for come to on average, with the band that holds it in 80 % of cases."""

    mean: str
    low80: str
    high80: str


class MonthEnd(msgspec.Struct, frozen=True):
    """What the month of today comes to.

    Attributes:
        month: as `2026-11`.
        spent: US dollars so far, today's included.
        expected: by the end of the month; null where too little is known.
        low80: the lower end of its 80 % band.
        high80: its upper end.
    """

    month: str
    spent: str
    expected: str | None
    low80: str | None
    high80: str | None


class CostForecast(msgspec.Struct, frozen=True, kw_only=True):
    """What is expected of spend from today on.

    Attributes:
        model_name: null for all models.
        data_through: everything before is counted; null before the first rollup.
        known_days: whole days of history, without those whose data is missing.
        insufficient_data: whether there are fewer than 21 of them.
        reason: why nothing is said, or why little is to be relied on.
        missing_days: days on which nobody reported, though their weekday is usually busy.
        price_changes: days ahead from which on other prices are in the book.
        unpriced_requests: of this month, so that they are not in `spent`.
        daily: empty below 7 known days.
        tokens: by meter, the most first; of all days asked for.
    """

    method: str = METHOD
    model_name: str | None
    currency: str = "USD"
    cost_basis: str = "effective"
    data_through: str | None
    known_days: int
    insufficient_data: bool
    reason: str | None
    missing_days: list[date]
    price_changes: list[date]
    unpriced_requests: int
    daily: list[ExpectedDay]
    total: ExpectedTotal | None
    tokens: list[ExpectedTokens]
    month_end: MonthEnd


@dataclass(frozen=True, slots=True)
class SpentThisMonth:
    """What this month has cost so far.

    Attributes:
        today: the day that runs.
        all_usd: US dollars, today's included.
        today_usd: today's share of it.
        unpriced_requests: those that have no price.
    """

    today: date
    all_usd: Decimal
    today_usd: Decimal
    unpriced_requests: int


def forecast_view(
    found: Outlook,
    spent: SpentThisMonth,
    *,
    model: str | None,
    horizon_days: int,
    data_through: str | None,
    missing: Sequence[date],
    tokens: Sequence[ExpectedTokens] = (),
) -> CostForecast:
    """Return a forecast as it is answered.

    Args:
        found: what is expected, for the horizon and to the end of the month.
        spent: so far.
        model: None for all.
        horizon_days: how many days are shown.
        data_through: up to when everything is counted.
        missing: the days whose data is missing.
        tokens: to expect of the horizon, by meter.
    """
    ahead = found.ahead
    return CostForecast(
        model_name=model,
        data_through=data_through,
        known_days=found.known_days,
        insufficient_data=found.known_days < LEAST_KNOWN_DAYS,
        reason=_reason(found.known_days),
        missing_days=sorted(missing),
        price_changes=list(found.price_changes),
        unpriced_requests=spent.unpriced_requests,
        daily=[
            ExpectedDay(day, *_texts(band))
            for day, band in (ahead.daily()[:horizon_days] if ahead else ())
        ],
        total=ExpectedTotal(*_texts(ahead.total(horizon_days))) if ahead else None,
        tokens=list(tokens),
        month_end=_month_end(found, spent),
    )


def _month_end(found: Outlook, spent: SpentThisMonth) -> MonthEnd:
    month, so_far = f"{spent.today:%Y-%m}", usd_text(spent.all_usd)
    if found.ahead is None:
        return MonthEnd(month, so_far, None, None, None)
    rest, before = found.ahead.total(days_left(spent.today)), spent.all_usd - spent.today_usd
    at_end = Interval(*(float(before) + each for each in (rest.mean, rest.lo80, rest.hi80)))
    return MonthEnd(month, so_far, *_texts(at_end))


def _texts(band: Interval) -> tuple[str, str, str]:
    return usd_estimate(band.mean), usd_estimate(band.lo80), usd_estimate(band.hi80)


def _reason(known_days: int) -> str | None:
    if known_days < FEWEST_DAYS:
        return f"{known_days} known days, {FEWEST_DAYS} are needed for a forecast"
    if known_days < LEAST_KNOWN_DAYS:
        return f"{known_days} known days, from {LEAST_KNOWN_DAYS} on a forecast can be relied on"
    return None
