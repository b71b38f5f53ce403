"""What spared tokens are worth a month, at the list price of the day."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from shared.domain.advice.scope import Scope
from shared.domain.price.charge import EXACT, charge, metered
from shared.domain.price.offer import Billing
from shared.domain.price.pricing import Pricing
from shared.domain.rollup.token_cell import TokenType

MONTH_D = 30
# Estimates are told in hundredths of a cent.
PLACES = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class Tariff:
    """Prices on one day.

    Attributes:
        pricing: every price known.
        day: UTC.
    """

    pricing: Pricing = field(default_factory=Pricing)
    day: date = date.max

    def usd(
        self, scope: Scope, tokens: Mapping[TokenType, int], *, input_tokens: float = 0
    ) -> Decimal | None:
        """Return what tokens cost; nothing where capacity is paid for, None where unpriced.

        Args:
            scope: whose model and deployment they are of.
            tokens: as reported, parts contained in their side.
            input_tokens: of one request, which long contexts are priced by.
        """
        found = self.pricing.resolve(model=scope.model, deployment=scope.deployment, day=self.day)
        if found.offer.billing is Billing.PROVISIONED:
            return Decimal(0)
        band = found.price.band(round(input_tokens)) if found.price else None
        costs = charge(band, metered(tokens)) if band else None
        return None if costs is None else sum(costs.values(), Decimal(0))

    def monthly_usd(
        self,
        scope: Scope,
        tokens: Mapping[TokenType, int],
        days: int,
        *,
        input_tokens: float = 0,
    ) -> Decimal | None:
        """Return what tokens of some days cost in thirty, as `usd` does.

        Args:
            scope: whose they are.
            tokens: of all those days.
            days: how many, at least 1.
            input_tokens: of one request.
        """
        cost = self.usd(scope, tokens, input_tokens=input_tokens)
        if cost is None:
            return None
        return EXACT.divide(EXACT.multiply(cost, Decimal(MONTH_D)), Decimal(days)).quantize(PLACES)
