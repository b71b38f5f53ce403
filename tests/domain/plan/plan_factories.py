"""Bills, traffic and workloads to plan by: two models with made-up prices, whole US dollars."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np

from shared.domain.application import Application
from shared.domain.digest.day import SECTIONS
from shared.domain.digest.tally import Tally
from shared.domain.plan.bill import Bill, Capacity, Deployed, Line, Place
from shared.domain.plan.traffic import Traffic
from shared.domain.plan.workload import Holding, Workload
from shared.domain.price.list_price import ContextBand, ListPrice, Meter
from shared.domain.price.offer import Billing, Geography, Offer, Tier
from shared.domain.price.price_book import price_book
from shared.domain.price.pricing import Pricing
from shared.domain.rollup.price_cell import BANDS

LAST = date(2026, 11, 22)
DAYS = 30
GLOBAL = Offer(Geography.GLOBAL)
ZONE = Offer(Geography.DATA_ZONE)
BATCH = Offer(Geography.GLOBAL, Billing.BATCH)
PRIORITY = Offer(Geography.GLOBAL, tier=Tier.PRIORITY)
FLEX = Offer(Geography.GLOBAL, tier=Tier.FLEX)
PROVISIONED = Offer(Geography.GLOBAL, Billing.PROVISIONED)


def band(sent: str, cached: str, made: str) -> ContextBand:
    """Return rates, US dollars a million tokens."""
    return ContextBand(
        0,
        {
            Meter.INPUT: Decimal(sent),
            Meter.CACHED_INPUT: Decimal(cached),
            Meter.OUTPUT: Decimal(made),
        },
    )


# gpt-4.1 is sized at 3,000 TPM a PTU, an output token weighs four.
STANDARD = band("2", "0.5", "8")
RATES = {
    ("gpt-4.1", GLOBAL): STANDARD,
    ("gpt-4.1", ZONE): band("2.2", "0.55", "8.8"),
    ("gpt-4.1", BATCH): band("1", "0.5", "4"),
    ("gpt-4.1", PRIORITY): band("3.5", "0.875", "14"),
    ("gpt-4.1-mini", GLOBAL): band("0.4", "0.1", "1.6"),
    ("gpt-5.6-sol", GLOBAL): band("2", "0.2", "10"),
    ("gpt-5.6-sol", FLEX): band("1", "0.1", "5"),
}


def list_price(model: str, offer: Offer, **fields: Any) -> ListPrice:
    """Return a price that holds for ever."""
    return ListPrice(model=model, offer=offer, effective_from=date.min, source="made up", **fields)


PRICES = (
    *(list_price(model, offer, bands=(rates,)) for (model, offer), rates in RATES.items()),
    list_price("*", PROVISIONED, ptu_hour_usd=Decimal(1)),
    list_price(
        "*", PROVISIONED._replace(geography=Geography.DATA_ZONE), ptu_hour_usd=Decimal("1.1")
    ),
)
PRICING = Pricing(price_book(PRICES))


def price(model: str, offer: Offer, day: date, region: str) -> ListPrice | None:
    """Return what a model costs."""
    return PRICING.price(model, offer, day, region).price


def place(
    deployment: str = "prod",
    model: str = "gpt-4.1",
    application: str = "chat",
    resource: str = "west",
) -> Place:
    """Return a series."""
    return Place(resource, deployment, model, application)


def line(
    where: Place | None = None,
    *,
    sent: int = 0,
    cached: int = 0,
    made: int = 0,
    offer: Offer = GLOBAL,
    requests: int = 1_000,
    region: str = "swedencentral",
    **fields: Any,
) -> Line:
    """Return a line of a deployment, priced by `RATES`."""
    where = where or place()
    home = Deployed(where.resource, where.deployment)
    held = offer.billing is Billing.PROVISIONED
    rates = RATES.get((where.model, GLOBAL if held else offer))
    counts = {Meter.INPUT: sent, Meter.CACHED_INPUT: cached, Meter.OUTPUT: made}
    given: dict[str, Any] = {
        "under": None if offer.billing is Billing.BATCH or offer.tier is Tier.FLEX else home,
        "paid": Decimal(0) if held else Decimal(1),
    }
    return Line(
        place=where,
        home=home,
        model=where.model,
        offer=offer,
        region=region,
        day=LAST,
        band=BANDS[0],
        counts={meter: Decimal(count) for meter, count in counts.items() if count},
        rates=rates,
        requests=requests,
        **given | fields,
    )


def bill(*lines: Line, capacities: Mapping[Deployed, Capacity] | None = None) -> Bill:
    """Return a bill."""
    return Bill(tuple(lines), capacities or {})


def tally(section: str, rows: Sequence[Mapping[str, int]]) -> Tally:
    """Return a section's rows; what a row does not say is 0."""
    module = SECTIONS[section]
    return Tally(
        {key: np.array([row.get(key, 0) for row in rows], np.int64) for key in module.KEYS},
        {name: np.array([row.get(name, 0) for row in rows], np.int64) for name in module.SUMS},
    )


def traffic(
    places: Sequence[Place] = (),
    *,
    loads: Mapping[Deployed, Any] | None = None,
    scores: Sequence[str] = (),
    **sections: Sequence[Mapping[str, int]],
) -> Traffic:
    """Return what digests tell; rows name series by their place in the list."""
    found = {name: tally(name, rows) for name, rows in sections.items()}
    return Traffic(DAYS, places, scores, found, loads or {})


def workload(owed: Bill, **fields: Any) -> Workload:
    """Return a workload of 30 days."""
    held = {
        each.under: Holding(each.offer.geography, each.region)
        for each in owed.lines
        if each.under is not None
    }
    given: dict[str, Any] = {"holdings": held, "price": price} | fields
    return Workload(bill=owed, days=DAYS, minutes=DAYS * 1440, last=LAST, **given)


def applications(**known: Mapping[str, Any]) -> dict[str, Application]:
    """Return what is known of applications."""
    return {name: Application(name=name, **fields) for name, fields in known.items()}
