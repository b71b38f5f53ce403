"""All that options are computed from: the bill as it is, and what is known around it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from shared.domain.application import Application
from shared.domain.plan.azure_offerings import AZURE_OFFERINGS
from shared.domain.plan.bill import Bill, Deployed, Line, Place
from shared.domain.plan.offering import Offerings
from shared.domain.plan.prompt_length import InputLengths
from shared.domain.plan.saving import Spreads
from shared.domain.plan.traffic import Traffic
from shared.domain.price.list_price import ContextBand, ListPrice
from shared.domain.price.offer import Geography, Offer
from shared.domain.reservation.reservation import Reservation

MINUTES_AN_HOUR = 60

type PriceAt = Callable[[str, Offer, date, str], ListPrice | None]


@dataclass(frozen=True, slots=True)
class Holding:
    """Provisioned units of one deployment, as they are.

    Attributes:
        geography: where it computes.
        region: of the resource; empty where unknown.
        ptu: units on the last day; 0 where it is paid by token.
        covered: how many of them an owned reservation pays for.
        covered_usd: what those cost over the period, whatever is done.
    """

    geography: Geography
    region: str
    ptu: int = 0
    covered: int = 0
    covered_usd: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """A period's traffic and what it costs.

    Attributes:
        bill: as it is.
        days: UTC days of the period that are known.
        minutes: of them.
        last: the last of them.
        traffic: what digests tell.
        lengths: of inputs, by series.
        daily_tokens: of each day of the period, missing ones too.
        spreads: how much traffic differs from week to week.
        holdings: every deployment that could be, or is, provisioned.
        spare: units that reservations own and nothing uses, by geography and region.
        applications: what is known of applications, by name.
        reservations: all that are owned.
        outputs: output tokens a request by application and model, of all models.
        price: of a model, under any of its names, and offer on a day, in a region.
        offerings: what is offered where.
    """

    bill: Bill
    days: int
    minutes: int
    last: date
    price: PriceAt
    traffic: Traffic = field(default_factory=Traffic)
    lengths: Mapping[Place, InputLengths] = field(default_factory=dict)
    daily_tokens: Sequence[int] = ()
    spreads: Spreads = field(default_factory=Spreads)
    holdings: Mapping[Deployed, Holding] = field(default_factory=dict)
    spare: Mapping[tuple[Geography, str], int] = field(default_factory=dict)
    applications: Mapping[str, Application] = field(default_factory=dict)
    outputs: Mapping[tuple[str, str], Decimal] = field(default_factory=dict)
    reservations: tuple[Reservation, ...] = ()
    offerings: Offerings = AZURE_OFFERINGS

    @property
    def hours(self) -> Decimal:
        """Return the hours of the period."""
        return Decimal(self.minutes) / MINUTES_AN_HOUR

    def rates(self, line: Line, model: str, offer: Offer) -> ContextBand | None:
        """Return what a line's tokens would cost elsewhere; None where nobody says."""
        price = self.price(model, offer, line.day, line.region)
        return None if price is None else price.cell_band(line.band)

    def is_offered(self, line: Line, offer: Offer) -> bool:
        """Tell whether a line's model is known to be offered so in its region."""
        return self.offerings.find(line.model, offer, line.region, self.last) is not None
