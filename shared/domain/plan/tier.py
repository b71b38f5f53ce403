"""Batch, flex and standard in place of priority: cheaper for whoever can wait.

| instead | asks for | source of the wait |
| --- | --- | --- |
| batch | `max_delay_s` of a day | results within 24 hours are aimed at, not promised |
| flex | `max_delay_s` and `timeout_s` of 15 minutes | the client timeout of Azure's example |
| standard, for priority | `max_delay_s` of a minute | what can wait does not need priority |

Low: in batches nothing is read from the prompt cache; of flex requests half are turned away and
fall back to standard. Only where the model is known to be offered so in the region, and priced.
Sources: learn.microsoft.com/azure/foundry/openai/how-to/batch, .../how-to/flex-processing,
.../concepts/priority-processing
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from shared.domain.plan.bill import Bill, Line, Place
from shared.domain.plan.exact import ONE, ZERO
from shared.domain.plan.option import Category, OptionType, Proposal
from shared.domain.plan.reduction import Case, labels_of
from shared.domain.plan.workload import Workload
from shared.domain.price.list_price import ContextBand, Meter
from shared.domain.price.offer import Billing, Offer, Tier
from shared.domain.recommendation.recommendation import Effort, Fact

_HALF = Decimal("0.5")
DAY_S = 86_400.0
_FLEX_S = 900.0
_MINUTE_S = 60.0


@dataclass(frozen=True, slots=True)
class Way:
    """A cheaper way of paying for the same model.

    Attributes:
        type: what a plan calls it.
        name: for ids and texts.
        offer: from what is bought now to what would be.
        waits_s: how long an application has to be able to wait.
        timeout_s: what its timeout has to be at least; 0 where it does not matter.
        effort: what it takes.
        how: what to do.
        assumption: what low and high hold.
    """

    type: OptionType
    name: str
    offer: Callable[[Offer], Offer | None]
    waits_s: float
    timeout_s: float
    effort: Effort
    how: str
    assumption: str


def _batch(now: Offer) -> Offer | None:
    return Offer(now.geography, Billing.BATCH)


def _flex(now: Offer) -> Offer | None:
    return None if now.tier is Tier.FLEX else Offer(now.geography, tier=Tier.FLEX)


def _standard(now: Offer) -> Offer | None:
    return Offer(now.geography) if now.tier is Tier.PRIORITY else None


WAYS = (
    Way(
        OptionType.BATCH,
        "batch",
        _batch,
        DAY_S,
        0.0,
        Effort.HIGH,
        "Gather requests in files, submit them to a batch deployment, fetch results within a day.",
        "Low: nothing is read from the prompt cache in batches. Every request can wait a day.",
    ),
    Way(
        OptionType.SERVICE_TIER,
        "flex",
        _flex,
        _FLEX_S,
        _FLEX_S,
        Effort.LOW,
        "Send service_tier flex with a timeout of 15 minutes; fall back to default after a 429.",
        "Low: half of the requests find no flex capacity and fall back to standard.",
    ),
    Way(
        OptionType.SERVICE_TIER,
        "standard",
        _standard,
        _MINUTE_S,
        0.0,
        Effort.LOW,
        "Send service_tier default, or switch priority off on the deployment.",
        "All that was served as priority is served as standard.",
    ),
)


@dataclass(frozen=True, slots=True)
class Cheaper:
    """One application's requests to one deployment, paid another way.

    Attributes:
        place: whose requests; its model is passed over.
        way: how else.
        load: all that is known.
    """

    place: Place
    way: Way
    load: Workload

    @property
    def id(self) -> str:
        """Return what tells it from every other."""
        where = f"{self.place.resource}/{self.place.deployment}".strip("/")
        kind = f"{self.way.type}:{self.way.name}".removeprefix(f"{self.way.name}:")
        return f"{kind}:{where}:{self.place.application}"

    def examine(self, bill: Bill) -> Proposal | None:
        """Return the bill with what can wait paid so."""
        found = {at: line for at, line in enumerate(bill.lines) if self._rates(line) is not None}
        if not found:
            return None
        bills = {case: bill.with_lines(self._changed(found, case)) for case in Case}
        model = next(iter(found.values())).model
        return Proposal(
            id=self.id,
            type=self.way.type,
            category=Category.COST,
            effort=self.way.effort,
            description=(
                f"{self.place.application} can wait: pay {model} on {self.place.deployment} by "
                f"{self.way.name}."
            ),
            implementation=self.way.how,
            evidence={
                **labels_of(self.place._replace(model=model)),
                **self._facts(next(iter(found.values()))),
                "requests": sum(line.all_requests for line in found.values()),
                "assumptions": self.way.assumption,
            },
            low=bills[Case.LOW],
            expected=bills[Case.EXPECTED],
            high=bills[Case.HIGH],
        )

    def _offer(self, line: Line) -> Offer | None:
        same = line.place._replace(model="") == self.place._replace(model="")
        if not same or line.offer.billing is not Billing.STANDARD:
            return None
        return self.way.offer(line.offer)

    def _rates(self, line: Line) -> ContextBand | None:
        offer = self._offer(line)
        if offer is None or line.rates is None or not self._offered(line, offer):
            return None
        return self.load.rates(line, line.model, offer)

    def _offered(self, line: Line, offer: Offer) -> bool:
        # Whoever pays for priority can always go back to standard.
        return offer == Offer(line.offer.geography) or self.load.is_offered(line, offer)

    def _changed(self, lines: Mapping[int, Line], case: Case) -> dict[int, Line]:
        return {at: self._line(line, case) for at, line in lines.items()}

    def _line(self, line: Line, case: Case) -> Line:
        rates, offer = self._rates(line), self._offer(line)
        if rates is None or offer is None or line.rates is None:
            return line
        if case is Case.LOW and offer.billing is Billing.BATCH:
            rates = _without_caching(rates)
        if case is Case.LOW and offer.tier is Tier.FLEX:
            rates = _mixed(rates, line.rates, _HALF, line)
        stays = offer == Offer(line.offer.geography)
        return replace(
            line, offer=offer, rates=rates, under=line.under if stays else None, paid=ONE
        )

    def _facts(self, line: Line) -> dict[str, Fact]:
        offer, known = self._offer(line), self.load.applications[self.place.application]
        row = None
        if offer is not None:
            row = self.load.offerings.find(line.model, offer, line.region, self.load.last)
        return {
            "max_delay_s": known.max_delay_s,
            "timeout_s": known.timeout_s,
            "region": line.region,
            "offered_since": row.since.isoformat() if row else None,
            "source": row.source if row else None,
        }


def can_wait(load: Workload, application: str, way: Way) -> bool:
    """Tell whether an application is known to be able to wait as long as a way takes."""
    known = load.applications.get(application)
    if known is None or known.max_delay_s is None or known.max_delay_s < way.waits_s:
        return False
    return known.timeout_s is None or known.timeout_s >= way.timeout_s


def _mixed(one: ContextBand, other: ContextBand, part: Decimal, line: Line) -> ContextBand:
    """Return rates of tokens of which a share goes at one, the rest at another."""
    return ContextBand(
        0,
        {
            meter: (one.rate(meter) or ZERO) * part + (other.rate(meter) or ZERO) * (ONE - part)
            for meter in line.counts
        },
    )


def _without_caching(band: ContextBand) -> ContextBand:
    """Return rates at which cached input costs what input costs."""
    rates = dict(band.usd_per_million)
    rates.pop(Meter.CACHED_INPUT, None)
    return ContextBand(band.above_tokens, rates)
