"""A budget as it is answered."""

import msgspec

from shared.domain.budget.budget import Budget, Period
from shared.domain.budget.rules import budget_rules
from shared.domain.budget.status import BudgetStatus
from shared.domain.price.money import usd_text


class BudgetView(msgspec.Struct, frozen=True, kw_only=True):
    """A budget and how it stands.

    Attributes:
        rules: the names of the alert rules that it brings along.
    """

    name: str
    amount_usd: str
    currency: str = "USD"
    cost_basis: str = "effective"
    period: Period
    scope: dict[str, str]
    thresholds: tuple[float, ...]
    rules: list[str]
    status: BudgetStatus


def budget_view(budget: Budget, status: BudgetStatus) -> BudgetView:
    """Return a budget as it is answered."""
    return BudgetView(
        name=budget.name,
        amount_usd=usd_text(budget.amount_usd),
        period=budget.period,
        scope=budget.scope,
        thresholds=budget.thresholds,
        rules=list(budget_rules([budget])),
        status=status,
    )
