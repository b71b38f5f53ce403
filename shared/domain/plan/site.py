"""One deployment that is, or could be, provisioned: the question of its size on any bill."""

from dataclasses import dataclass
from decimal import Decimal

from shared.domain.plan.bill import Bill, Capacity, Deployed, Line
from shared.domain.plan.exact import ONE, ZERO
from shared.domain.plan.load import METERS, Load, by_column, column_of, scaled
from shared.domain.plan.sizing import Question, Size
from shared.domain.plan.spillover import shares
from shared.domain.plan.workload import Holding, Workload
from shared.domain.price.list_price import Meter
from shared.domain.price.offer import Billing, Geography, Offer
from shared.domain.price.ptu import PtuSizing, ptu_sizing

BURSTS = Decimal("0.8")
"""The share of units that traffic can use before bursts within a minute are turned away, at low."""


@dataclass(frozen=True, slots=True)
class Site:
    """A deployment.

    Attributes:
        which: it.
        load: all that is known.
    """

    which: Deployed
    load: Workload

    @property
    def name(self) -> str:
        """Return resource and deployment in one text."""
        return f"{self.which.resource}/{self.which.deployment}".strip("/")

    @property
    def holding(self) -> Holding:
        """Return the units it has."""
        return self.load.holdings[self.which]

    @property
    def pool(self) -> tuple[Geography, str]:
        """Return what reservations match: geography and region."""
        return self.holding.geography, self.holding.region

    def lines(self, bill: Bill) -> list[Line]:
        """Return the lines that its capacity serves, or could serve."""
        return [line for line in bill.lines if line.under == self.which]

    def question(self, bill: Bill, ptu_usd: Decimal) -> Question | None:
        """Return what size is searched for on a bill.

        Args:
            bill: what is left of the traffic.
            ptu_usd: what a unit costs over the period.

        Returns:
            The question; None where the model cannot be sized or priced, or no load is known.
        """
        own = self.lines(bill)
        sizing, measured = self._sizing(own), self.load.traffic.loads.get(self.which)
        sizes = None if sizing is None else sizing.sizes.get(self.holding.geography)
        if sizing is None or sizes is None or measured is None or not len(measured):
            return None
        left = scaled(measured, self._measured(), by_column(line.counts for line in own))
        usd = _usd_by_column(own)
        return Question(
            load=left,
            token_usd={m: usd[m] / left.total(m) if left.total(m) else ZERO for m in METERS},
            sizing=sizing,
            sizes=sizes,
            ptu_usd=ptu_usd,
            free_ptu=self.holding.covered + self.spare(bill),
        )

    def applied(self, bill: Bill, size: Size, load: Load) -> Bill:
        """Return a bill with the deployment at a size."""
        usd = self.holding.covered_usd + size.units_usd
        by_column = shares(size.spilled, load)
        spilled = {meter: by_column.get(column_of(meter), ONE) for meter in Meter}
        return bill.with_capacity(self.which, Capacity(size.ptu, usd, spilled))

    def given_up(self, bill: Bill) -> Bill:
        """Return a bill without its units, all tokens paid for."""
        nothing = Capacity(0, self.holding.covered_usd, dict.fromkeys(Meter, ONE))
        return bill.with_capacity(self.which, nothing)

    def spare(self, bill: Bill) -> int:
        """Return the owned units that no deployment of the pool uses on a bill."""
        used = sum(
            max(capacity.ptu - self.load.holdings[which].covered, 0)
            for which, capacity in bill.capacities.items()
            if which != self.which and which in self.load.holdings
            if Site(which, self.load).pool == self.pool
        )
        return max(self.load.spare.get(self.pool, 0) - used, 0)

    def ptu_hour(self) -> Decimal | None:
        """Return the hourly list price of a unit; None where nobody says."""
        own = self.lines(self.load.bill)
        offer = Offer(self.holding.geography, Billing.PROVISIONED)
        model = own[0].model if own else ""
        price = self.load.price(model, offer, self.load.last, self.holding.region)
        return None if price is None else price.ptu_hour_usd

    def _measured(self) -> dict[Meter, Decimal]:
        """Return the tokens that its load was measured on: those too long for it among them."""
        lines = [
            line
            for line in self.load.bill.lines
            if line.under == self.which or (line.under is None and line.home == self.which)
        ]
        return by_column(line.counts for line in lines)

    def _sizing(self, own: list[Line]) -> PtuSizing | None:
        models = {line.model for line in own}
        if len(models) != 1 or any(line.rates is None for line in own):
            return None
        return ptu_sizing(models.pop(), self.load.last)


def _usd_by_column(lines: list[Line]) -> dict[Meter, Decimal]:
    """Return what lines cost by column where all of it is paid by token."""
    found = dict.fromkeys(METERS, ZERO)
    for line in lines:
        for meter, usd in line.by_token().items():
            found[column_of(meter)] += usd
    return found
