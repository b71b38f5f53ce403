"""What a week cost beside the one before it, in all and by model."""

from collections.abc import Sequence
from decimal import Decimal

import msgspec

from shared.domain.cost.line import total
from shared.domain.cost.rows import usd_per
from shared.domain.price.charge import EXACT
from shared.domain.price.money import usd_text
from shared.domain.weekly.models import MIN_CHANGE_PERCENT, MOST_CHANGES, ModelWeek

_PERCENT = Decimal("0.1")


class ModelCost(msgspec.Struct, frozen=True):
    """What a model cost; list prices, US dollars.

    Attributes:
        cost_before_usd: a week ago; None where nothing of it had a price.
        cost_usd: in this week; None likewise.
        per_1000_requests_before_usd: a week ago, rounded to ten digits.
        per_1000_requests_usd: in this week.
        change_percent: of the cost, 25.0 is 25 % more; None where it was 0 or not known.
    """

    model: str
    cost_before_usd: str | None
    cost_usd: str | None
    per_1000_requests_before_usd: str | None
    per_1000_requests_usd: str | None
    change_percent: float | None


class WeekCost(msgspec.Struct, frozen=True):
    """What everything cost; list prices, US dollars.

    Attributes:
        cost_usd: in this week, of all models that had traffic.
        cost_before_usd: a week ago.
        unpriced_requests: in this week, without a price and so not in its cost.
        dearer: models whose cost grew by 10 % or more, by most dollars first, ten at most.
    """

    cost_usd: str
    cost_before_usd: str
    unpriced_requests: int
    dearer: list[ModelCost]


def week_cost(before: Sequence[ModelWeek], current: Sequence[ModelWeek]) -> WeekCost:
    """Return what a week cost.

    Args:
        before: every model's week before it.
        current: every model's week.
    """
    earlier = {week.model: week for week in before}
    pairs = [(earlier.get(week.model, _nothing(week.model)), week) for week in current]
    grown = [(_growth(*pair), _compared(*pair)) for pair in pairs if _has_grown(*pair)]
    grown.sort(key=lambda each: (-each[0], each[1].model))
    return WeekCost(
        usd_text(total(week.cost_usd for week in current if week.cost_usd is not None)),
        usd_text(total(week.cost_usd for week in before if week.cost_usd is not None)),
        sum(week.unpriced_requests for week in current),
        [each for _, each in grown[:MOST_CHANGES]],
    )


def _nothing(model: str) -> ModelWeek:
    return ModelWeek(model, 0, 0.0, None, 0, Decimal(0))


def _has_grown(then: ModelWeek, week: ModelWeek) -> bool:
    if then.cost_usd is None or week.cost_usd is None:
        return False
    percent = _percent(then, week)
    return percent >= MIN_CHANGE_PERCENT if percent is not None else week.cost_usd > 0


def _growth(then: ModelWeek, week: ModelWeek) -> Decimal:
    return EXACT.subtract(week.cost_usd or Decimal(0), then.cost_usd or Decimal(0))


def _percent(then: ModelWeek, week: ModelWeek) -> float | None:
    if not then.cost_usd or week.cost_usd is None:
        return None
    change = EXACT.divide(EXACT.subtract(week.cost_usd, then.cost_usd), then.cost_usd)
    return float(EXACT.multiply(change, Decimal(100)).quantize(_PERCENT, context=EXACT))


def _compared(then: ModelWeek, week: ModelWeek) -> ModelCost:
    return ModelCost(
        week.model,
        _text(then.cost_usd),
        _text(week.cost_usd),
        _per_1000(then),
        _per_1000(week),
        _percent(then, week),
    )


def _per_1000(week: ModelWeek) -> str | None:
    if week.cost_usd is None:
        return None
    cost = EXACT.multiply(week.cost_usd, Decimal(1000))
    return usd_per(cost, week.requests - week.unpriced_requests)


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else usd_text(amount)
