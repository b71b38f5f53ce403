"""One row of costs: what a group of requests cost within a charge period, and what is not known.

Money is Decimal US dollars, exact: rows of any grouping add up to the same total. Only the cost of
unseen requests (sampled out by clients, known by number) is an estimate, and stands apart.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from shared.domain.label import Labels
from shared.domain.price.charge import EXACT
from shared.domain.price.list_price import Meter
from shared.domain.price.pricing import Unpriced

NOTHING = Decimal(0)


class LineKind(StrEnum):
    """Whose cost a line is: that of requests, or of capacity that nobody used."""

    USAGE = "usage"
    IDLE_PTU = "idle_ptu"
    UNUSED_RESERVATION = "unused_reservation"


@dataclass(frozen=True, slots=True)
class Amount:
    """Something without a price.

    Attributes:
        requests: how many.
        tokens: how many; of requests that are priced otherwise, where only a meter has no price.
        successes: how many of the requests.
        ptu_minutes: of provisioned capacity.
    """

    requests: int = 0
    tokens: int = 0
    successes: int = 0
    ptu_minutes: int = 0

    def plus(self, other: "Amount") -> "Amount":
        """Return both together."""
        return Amount(
            self.requests + other.requests,
            self.tokens + other.tokens,
            self.successes + other.successes,
            self.ptu_minutes + other.ptu_minutes,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CostLine:
    """The cost of one group in one charge period.

    Attributes:
        start: the minute at which the charge period begins: a UTC hour or day, or the span's own.
        labels: the group, in the order asked for; the empty text where a series has no such label.
        kind: whose cost it is.
        token_costs: list cost of the reported requests' tokens, by meter; failures' included.
        failed_cost: what of `token_costs` was paid for failures.
        unseen_costs: estimated list cost of requests that clients sampled out, by meter; not in
            `token_costs`.
        ptu_list_cost: this group's part of provisioned capacity, at the hourly list price.
        ptu_effective_cost: the same, with what owned reservations make it.
        tokens: every token that Azure charges for, by meter, priced or not; those refused are not.
        requests: reported ones, failures included.
        successes: those without an error.
        refused: failures that were turned away unprocessed and cost nothing (401, 403, 404, 429).
        unpriced: what has no price, by reason; the requests are part of `requests`.
        assumed_requests: those priced as Global because their deployment's type is not known.
        unseen_requests: how many requests were sampled out, in millionths.
    """

    start: int
    labels: Labels
    kind: LineKind = LineKind.USAGE
    token_costs: Mapping[Meter, Decimal] = field(default_factory=dict)
    failed_cost: Decimal = NOTHING
    unseen_costs: Mapping[Meter, Decimal] = field(default_factory=dict)
    ptu_list_cost: Decimal = NOTHING
    ptu_effective_cost: Decimal = NOTHING
    tokens: Mapping[Meter, int] = field(default_factory=dict)
    requests: int = 0
    successes: int = 0
    refused: int = 0
    unpriced: Mapping[Unpriced, Amount] = field(default_factory=dict)
    assumed_requests: int = 0
    unseen_requests: int = 0

    @property
    def token_cost(self) -> Decimal:
        """Return the list cost of the reported requests' tokens."""
        return total(self.token_costs.values())

    @property
    def unseen_cost(self) -> Decimal:
        """Return the estimated list cost of requests that clients sampled out."""
        return total(self.unseen_costs.values())

    @property
    def list_cost(self) -> Decimal:
        """Return everything at list prices, the estimate of unseen requests included."""
        return total((self.token_cost, self.unseen_cost, self.ptu_list_cost))

    @property
    def effective_cost(self) -> Decimal:
        """Return everything as it is really paid: reservations in place of hourly capacity."""
        return total((self.token_cost, self.unseen_cost, self.ptu_effective_cost))

    @property
    def unpriced_requests(self) -> int:
        """Return how many requests have no price, for whatever reason."""
        return sum(each.requests for each in self.unpriced.values())

    @property
    def unpriced_successes(self) -> int:
        """Return how many of the requests without a price succeeded."""
        return sum(each.successes for each in self.unpriced.values())

    @property
    def unpriced_tokens(self) -> int:
        """Return how many tokens have no price."""
        return sum(each.tokens for each in self.unpriced.values())


def total(amounts: Iterable[Decimal]) -> Decimal:
    """Return an exact sum."""
    found = NOTHING
    for amount in amounts:
        found = EXACT.add(found, amount)
    return found


def summed(lines: Iterable[CostLine], *, start: int, labels: Labels, kind: LineKind) -> CostLine:
    """Return lines as one.

    Args:
        lines: to be added up.
        start: of the charge period that holds them all.
        labels: of the group that holds them all.
        kind: of them all.
    """
    every = list(lines)
    tokens, unpriced = Counter[Meter](), dict[Unpriced, Amount]()
    for line in every:
        tokens.update(line.tokens)
        for reason, amount in line.unpriced.items():
            unpriced[reason] = unpriced.get(reason, Amount()).plus(amount)
    return CostLine(
        start=start,
        labels=labels,
        kind=kind,
        token_costs=_by_meter(line.token_costs for line in every),
        failed_cost=total(line.failed_cost for line in every),
        unseen_costs=_by_meter(line.unseen_costs for line in every),
        ptu_list_cost=total(line.ptu_list_cost for line in every),
        ptu_effective_cost=total(line.ptu_effective_cost for line in every),
        tokens=dict(tokens),
        requests=sum(line.requests for line in every),
        successes=sum(line.successes for line in every),
        refused=sum(line.refused for line in every),
        unpriced=unpriced,
        assumed_requests=sum(line.assumed_requests for line in every),
        unseen_requests=sum(line.unseen_requests for line in every),
    )


def _by_meter(parts: Iterable[Mapping[Meter, Decimal]]) -> dict[Meter, Decimal]:
    found: dict[Meter, Decimal] = {}
    for part in parts:
        for meter, cost in part.items():
            found[meter] = EXACT.add(found.get(meter, NOTHING), cost)
    return found
