"""A budget: what may be spent in a calendar month (UTC), on all or on some of the traffic."""

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum

import msgspec

from shared.domain import label
from shared.domain.label import Labels

DEFAULT_THRESHOLDS = (0.5, 0.8, 0.95, 1.0)
SCOPE_LABELS = (
    label.MODEL,
    label.APPLICATION,
    label.DEPLOYMENT,
    label.RESOURCE,
    label.ENVIRONMENT,
)


class Period(StrEnum):
    """How long an amount is for."""

    MONTH = "month"


class Budget(msgspec.Struct, frozen=True, kw_only=True):
    """An amount for a month.

    Attributes:
        name: unique among budgets.
        amount_usd: US dollars, above 0.
        period: the calendar month, UTC.
        scope: label -> the value that the traffic has; all of the traffic where empty.
        thresholds: shares of the amount that somebody is to be told of, ascending.
    """

    name: str
    amount_usd: Decimal
    period: Period = Period.MONTH
    scope: dict[str, str] = {}
    thresholds: tuple[float, ...] = DEFAULT_THRESHOLDS

    def covers(self, labels: Labels) -> bool:
        """Tell whether spend with these labels counts."""
        return covers(self.scope, labels)


def covers(scope: Mapping[str, str], labels: Labels) -> bool:
    """Tell whether labels have every value of a scope; a label that is absent is empty."""
    own = dict(labels)
    return all(own.get(name, "") == value for name, value in scope.items())
