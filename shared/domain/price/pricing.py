"""What price a day's traffic has: its model found, its offer found, then the book asked.

Nothing is priced as something else. The one assumption is that a deployment whose type nobody told
is sold as Global Standard, which is said (`deployment_type_assumed`) so that it can be counted; and
likewise that one whose region nobody told computes in the US, where prices hang on the region.
"""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from shared.domain.deployment.deployment import DeploymentConfig, QuotaBook
from shared.domain.price.list_price import ListPrice
from shared.domain.price.model_name import ModelNames
from shared.domain.price.offer import ASSUMED, Billing, Offer, Tier, offer_of, tier_of
from shared.domain.price.price_book import PriceBook
from shared.domain.price.region import ASSUMED_REGION, region_name
from shared.domain.price.retirement import Retirement


class Unpriced(StrEnum):
    """Why something has no price."""

    UNKNOWN_MODEL = "unknown_model"
    UNKNOWN_DEPLOYMENT_TYPE = "unknown_deployment_type"
    UNKNOWN_TIER = "unknown_tier"
    OFFER = "offer_not_priced"
    NOT_YET = "not_priced_then_or_there"
    METER = "meter_not_priced"
    BAND = "context_band_not_told_apart"
    NO_USAGE = "no_usage"


@dataclass(frozen=True, slots=True)
class Resolved:
    """The price of what one deployment served on one day.

    Attributes:
        model: canonical name; as reported where nobody knows it.
        offer: how it is sold; `ASSUMED` with the tier asked for where that is not known.
        deployment_type_assumed: whether the type was not known.
        price: the list price in force; None where there is none.
        unpriced: why not; None where there is one.
        region_assumed: whether the price is a region's, and the deployment's was not known.
        config: the deployment's configuration at the end of that day; None where none is known.
    """

    model: str
    offer: Offer
    deployment_type_assumed: bool
    price: ListPrice | None
    unpriced: Unpriced | None
    config: DeploymentConfig | None = None
    region_assumed: bool = False


@dataclass(frozen=True, slots=True)
class Pricing:
    """Prices, deployments and the names of models, asked together; keeps what it worked out.

    Attributes:
        book: every list price.
        deployments: what is known of deployments: their models and types, dated.
        names: how models are spelled.
        retirements: when models stop answering, by canonical name.
    """

    book: PriceBook = field(default_factory=PriceBook)
    deployments: QuotaBook = field(default_factory=QuotaBook)
    names: ModelNames = field(default_factory=ModelNames)
    retirements: Mapping[str, Retirement] = field(default_factory=dict)
    _courses: dict[tuple[str, str, str, str, int], "_Course"] = field(
        default_factory=dict, compare=False, repr=False
    )
    _elsewhere: dict[tuple[str, Offer, str], "_Course"] = field(
        default_factory=dict, compare=False, repr=False
    )

    def resolve(
        self,
        *,
        model: str,
        model_version: str = "",
        resource: str = "",
        deployment: str = "",
        service_tier: str = "",
        day: date,
    ) -> Resolved:
        """Return the price of requests as they were reported.

        Args:
            model: as reported.
            model_version: as reported; empty where it was not told.
            resource: the Azure resource; empty where it was not told.
            deployment: the one that served them.
            service_tier: the one that served them, as the response named it.
            day: the UTC day; a deployment counts as configured at its end.

        Returns:
            The price, or the reason why there is none.
        """
        config = self.deployments.config(resource, deployment, _end_of(day)) if deployment else None
        key = (model, model_version, deployment, service_tier, id(config))
        course = self._courses.get(key)
        if course is None:
            asked = self._asked(model, model_version, deployment, service_tier, config)
            region = (config.region if config else None) or ""
            course = self._courses[key] = self._course(asked, region)
        return course.at(day)

    def price(self, model: str, offer: Offer, day: date, region: str = "") -> Resolved:
        """Return the price of a canonical model on an offer: what it would cost elsewhere."""
        key = (model, offer, region)
        course = self._elsewhere.get(key)
        if course is None:
            asked = Resolved(model, offer, False, None, None)
            course = self._elsewhere[key] = self._course(asked, region)
        return course.at(day)

    def retires_on(self, model: str) -> date | None:
        """Return the day a canonical model stops answering; None where nobody says."""
        found = self.retirements.get(model)
        return found.retires_on if found else None

    def _asked(
        self, model: str, version: str, deployment: str, tier: str, config: DeploymentConfig | None
    ) -> Resolved:
        """Return what a price is to be found for, or why there can be none."""
        name = self._model(model, version, deployment, config)
        offer, assumed, unknown = _offer(config, tier)
        if unknown is None and name is None and offer.billing is not Billing.PROVISIONED:
            unknown = Unpriced.UNKNOWN_MODEL
        return Resolved(name or model, offer, assumed, None, unknown, config)

    def _model(
        self, model: str, version: str, deployment: str, config: DeploymentConfig | None
    ) -> str | None:
        """Return the canonical name; a deployment's name is not its model's where that is known."""
        if config is None or not config.model:
            return self.names.find(model, version)
        configured = self.names.find(config.model, version or config.model_version or "")
        if model in (deployment, config.model):
            return configured
        return self.names.find(model, version) or configured

    def _course(self, asked: Resolved, region: str) -> "_Course":
        """Return what it costs, from each day on that something changes."""
        if asked.unpriced is not None:
            return _Course((date.min,), (asked,))
        days = self.book.changes(asked.model, asked.offer)
        return _Course(days, tuple(self._priced(asked, day, region) for day in days))

    def _priced(self, asked: Resolved, day: date, region: str) -> Resolved:
        model, offer = asked.model, asked.offer
        price = self.book.price(model, offer, day, region_name(region) or ASSUMED_REGION)
        if price is not None:
            return replace(asked, price=price, region_assumed=bool(price.regions) and not region)
        known = self.book.knows(model, offer)
        return replace(asked, unpriced=Unpriced.NOT_YET if known else Unpriced.OFFER)


class _Course(NamedTuple):
    """What something costs over time: the first day of each price, the first of them `date.min`."""

    days: tuple[date, ...]
    prices: tuple[Resolved, ...]

    def at(self, day: date) -> Resolved:
        return self.prices[bisect_right(self.days, day) - 1]


def _offer(config: DeploymentConfig | None, tier: str) -> tuple[Offer, bool, Unpriced | None]:
    """Return what was bought, whether its type was assumed, and what nobody knows of it."""
    assumed = config is None or not config.type
    sold = ASSUMED if config is None or not config.type else offer_of(config.type)
    if sold is None:
        return ASSUMED, False, Unpriced.UNKNOWN_DEPLOYMENT_TYPE
    if sold.billing is not Billing.STANDARD:
        return sold, assumed, None
    asked = tier_of(tier)
    if asked is None:
        return sold, assumed, Unpriced.UNKNOWN_TIER
    return (sold if asked is Tier.STANDARD else sold._replace(tier=asked)), assumed, None


@lru_cache(maxsize=4096)
def _end_of(day: date) -> datetime:
    return datetime.combine(day, time.max, UTC)
