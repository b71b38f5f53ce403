"""Units reserved for a month or a year, for all deployments of one type and region together.

A reservation knows no model, so only the plan of all models recommends one. Every deployment of the
pool is sized anew at the reserved price, as units that do not pay by the hour may pay so; bought
are the units beyond those owned. Prices: `price/reservation_price.py`; a month is a twelfth of 365
days. A year is recommended only after 28 days, in which the leanest week would have paid as well.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from shared.domain.plan.bill import Bill
from shared.domain.plan.exact import ZERO
from shared.domain.plan.option import Category, OptionType, Proposal
from shared.domain.plan.saving import saving
from shared.domain.plan.site import BURSTS, Site
from shared.domain.plan.sizing import Question, Size, best_size, cost_of_size
from shared.domain.plan.workload import Workload
from shared.domain.price.reservation_price import ReservationPrice, Term, reservation_price
from shared.domain.recommendation.recommendation import Effort, Fact

DAYS_A_YEAR = 365
DAYS_BEFORE_A_YEAR = 28
_TERMS_A_YEAR = {Term.MONTH: 12, Term.YEAR: 1}


@dataclass(frozen=True, slots=True)
class Reserve:
    """Units of one pool reserved for a term.

    Attributes:
        sites: every deployment of the pool.
        term: for how long.
        load: all that is known.
    """

    sites: Sequence[Site]
    term: Term
    load: Workload

    @property
    def id(self) -> str:
        """Return what tells it from every other."""
        held = self.sites[0].holding
        return f"{OptionType.RESERVATION}:{self.term}:{held.geography}:{held.region}".strip(":")

    def examine(self, bill: Bill) -> Proposal | None:
        """Return the bill with the pool sized at the reserved price."""
        price = self._price()
        if price is None or (self.term is Term.YEAR and self.load.days < DAYS_BEFORE_A_YEAR):
            return None
        low = expected = bill
        sizes: list[tuple[Site, Question, Size]] = []
        for site in self.sites:
            asked = site.question(expected, usd_a_day(price) * self.load.days)
            if asked is None:
                continue
            size = best_size(asked)
            if size.ptu:
                sizes.append((site, asked, size))
            if size.ptu or site.holding.ptu:
                expected = site.applied(expected, size, asked.load)
                low = site.applied(low, cost_of_size(asked, size.ptu, BURSTS), asked.load)
        bought = sum(max(size.ptu - asked.free_ptu, 0) for _, asked, size in sizes)
        if not bought or not self._is_safe(bill, expected):
            return None
        return self._proposal(price, bought, sizes, (low, expected))

    def _is_safe(self, bill: Bill, after: Bill) -> bool:
        """Tell whether what is bought for a year would have paid in the leanest week as well."""
        if self.term is not Term.YEAR:
            return True
        return saving(bill, after, after, after, self.load.spreads).low >= 0

    def _price(self) -> ReservationPrice | None:
        held = self.sites[0].holding
        return reservation_price(held.geography, self.term, held.region)

    def _proposal(
        self,
        price: ReservationPrice,
        bought: int,
        sizes: Sequence[tuple[Site, Question, Size]],
        bills: tuple[Bill, Bill],
    ) -> Proposal:
        held = self.sites[0].holding
        new = any(site.holding.ptu == 0 for site, _, _ in sizes)
        deployments: list[Fact | dict[str, Fact]] = [
            {
                "deployment": site.which.deployment,
                "model": asked.sizing.model,
                "ptu_now": site.holding.ptu,
                "ptu": size.ptu,
                "cost_by_token_usd": f"{_by_token(asked):.2f}",
                "cost_of_spillover_usd": f"{size.spilled_usd:.2f}",
            }
            for site, asked, size in sizes
        ]
        return Proposal(
            id=self.id,
            type=OptionType.RESERVATION,
            category=Category.COST,
            effort=Effort.MEDIUM if new else Effort.LOW,
            description=(
                f"Reserve {bought} {held.geography} PTU{_where(held.region)} for a {self.term} and "
                f"serve {len(sizes)} deployment(s) by them."
            ),
            implementation=(
                "Create the deployments first, as a reservation holds no capacity; then reserve "
                "that many units of the type and region, in a scope that has them all."
            ),
            evidence={
                "term": self.term.value,
                "ptu_to_reserve": bought,
                "ptu_owned_and_spare": self.load.spare.get(self.sites[0].pool, 0),
                "usd_per_ptu_and_term": str(price.usd),
                "commitment_usd": str(price.usd * bought),
                "deployments": deployments,
                "days_measured": self.load.traffic.days,
                "assumptions": (
                    "The whole term is paid, used or not. Each deployment is sized at the reserved "
                    "price, minute by minute, what exceeds it is paid by token; low: spilling "
                    "begins at 80 % of the units."
                ),
            },
            low=bills[0],
            expected=bills[1],
            high=bills[1],
        )


def usd_a_day(price: ReservationPrice) -> Decimal:
    """Return what a reserved unit costs a day."""
    return price.usd * _TERMS_A_YEAR[price.term] / DAYS_A_YEAR


def _by_token(asked: Question) -> Decimal:
    return sum((asked.load.total(m) * usd for m, usd in asked.token_usd.items()), ZERO)


def _where(region: str) -> str:
    return f" in {region}" if region else ""
