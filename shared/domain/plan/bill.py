"""What a period's traffic costs, line by line, and what it would cost if something were done.

An option turns one bill into another. Lines keep their places, so that two bills can be compared
line by line. Under a capacity (provisioned throughput) a line pays for the share that spills over.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from shared.domain.plan.exact import ONE, ZERO
from shared.domain.price.list_price import PER_TOKENS, ContextBand, Meter
from shared.domain.price.offer import Offer


class Place(NamedTuple):
    """A series: as digests tell them apart. Texts are empty where they are not known."""

    resource: str
    deployment: str
    model: str
    application: str


class Deployed(NamedTuple):
    """A deployment, which is unique within its resource."""

    resource: str
    deployment: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What one series used at one price.

    Attributes:
        place: whose it is.
        home: the deployment that serves it, by the resource that it is known under.
        model: canonical name of the model.
        offer: how it is sold.
        region: of the deployment; empty where unknown.
        day: the last day of the days it adds up, over which no price changed.
        band: its requests' context band, one of `price_cell.BANDS`.
        counts: tokens by meter, >= 0; fractions where a part is expected to go.
        rates: of the tokens; None where they have no price.
        failed: of the counts, those of requests that failed.
        requests: how many were reported.
        unseen_requests: how many more those stand for, which clients sampled out; their tokens are
            in `counts`, an estimate.
        under: the capacity that serves it; None where it went elsewhere.
        paid: the share paid by token as it is: 0 where capacity served it, else 1.
    """

    place: Place
    home: Deployed
    model: str
    offer: Offer
    region: str
    day: date
    band: str
    counts: Mapping[Meter, Decimal]
    rates: ContextBand | None
    failed: Mapping[Meter, Decimal] = field(default_factory=dict)
    requests: int = 0
    unseen_requests: int = 0
    under: Deployed | None = None
    paid: Decimal = ONE

    @property
    def all_requests(self) -> int:
        """Return how many requests its tokens are of, sampled-out ones included."""
        return self.requests + self.unseen_requests

    def costs(self, spilled: Mapping[Meter, Decimal] | None) -> dict[Meter, Decimal]:
        """Return US dollars by meter; `spilled` is the share of each that is paid by token."""
        found: dict[Meter, Decimal] = {}
        for meter, count in self.counts.items():
            share = self.paid if spilled is None else spilled.get(meter, ZERO)
            rate = self.rates.rate(meter) if self.rates is not None and share else ZERO
            found[meter] = count * share * (rate or ZERO) / PER_TOKENS
        return found

    def by_token(self) -> dict[Meter, Decimal]:
        """Return US dollars by meter where all of it is paid by token."""
        return self.costs(dict.fromkeys(Meter, ONE))


@dataclass(frozen=True, slots=True)
class Capacity:
    """Provisioned throughput of one deployment over the period.

    Attributes:
        ptu: units; 0 where it is given up.
        cost_usd: what they cost over the period, owned reservations counted.
        spilled: by meter, the share of tokens beyond it, 0..1; None as the period went.
    """

    ptu: int
    cost_usd: Decimal
    spilled: Mapping[Meter, Decimal] | None = None


@dataclass(frozen=True, slots=True)
class Bill:
    """All that is paid over a period.

    Attributes:
        lines: in an order that no option changes.
        capacities: by deployment.
        fixed_usd: what is paid whatever is done, as reservations beyond use.
    """

    lines: tuple[Line, ...] = ()
    capacities: Mapping[Deployed, Capacity] = field(default_factory=dict)
    fixed_usd: Decimal = ZERO

    def line_usd(self, at: int) -> Decimal:
        """Return what a line costs."""
        line = self.lines[at]
        capacity = self.capacities.get(line.under) if line.under is not None else None
        spilled = None if capacity is None else capacity.spilled
        return sum(line.costs(spilled).values(), ZERO)

    @property
    def tokens_usd(self) -> Decimal:
        """Return what is paid by token."""
        return sum((self.line_usd(at) for at in range(len(self.lines))), ZERO)

    @property
    def capacity_usd(self) -> Decimal:
        """Return what is paid for capacity."""
        return sum((each.cost_usd for each in self.capacities.values()), ZERO) + self.fixed_usd

    @property
    def total_usd(self) -> Decimal:
        """Return what is paid in all."""
        return self.tokens_usd + self.capacity_usd

    def with_lines(self, changed: Mapping[int, Line]) -> "Bill":
        """Return the bill with some lines in place of those that were there."""
        if not changed:
            return self
        return replace(
            self, lines=tuple(changed.get(at, line) for at, line in enumerate(self.lines))
        )

    def with_capacity(self, which: Deployed, capacity: Capacity) -> "Bill":
        """Return the bill with another capacity of one deployment."""
        return replace(self, capacities={**self.capacities, which: capacity})
