"""What price a day's traffic has: its model found, its offer found, then the book asked.

Nothing is priced as something else. The one assumption is that a deployment whose type nobody told
is sold as Global Standard, which is said (`deployment_type_assumed`) so that it can be counted.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from enum import StrEnum
from functools import lru_cache

from shared.domain.deployment import DeploymentConfig, QuotaBook
from shared.domain.price.list_price import ListPrice
from shared.domain.price.model_name import ModelNames
from shared.domain.price.offer import ASSUMED, Billing, Offer, Tier, offer_of, tier_of
from shared.domain.price.price_book import PriceBook


class Unpriced(StrEnum):
    """Why something has no price."""

    UNKNOWN_MODEL = "unknown_model"
    UNKNOWN_DEPLOYMENT_TYPE = "unknown_deployment_type"
    UNKNOWN_TIER = "unknown_tier"
    OFFER = "offer_not_priced"
    NOT_YET = "not_priced_on_that_day"
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
        config: the deployment's configuration at the end of that day; None where none is known.
    """

    model: str
    offer: Offer
    deployment_type_assumed: bool
    price: ListPrice | None
    unpriced: Unpriced | None
    config: DeploymentConfig | None = None


@dataclass(frozen=True, slots=True)
class Pricing:
    """Prices, deployments and the names of models, asked together; keeps what it resolved.

    Attributes:
        book: every list price.
        deployments: what is known of deployments: their models and types, dated.
        names: how models are spelled.
    """

    book: PriceBook = field(default_factory=PriceBook)
    deployments: QuotaBook = field(default_factory=QuotaBook)
    names: ModelNames = field(default_factory=ModelNames)
    _resolved: dict[tuple[str, str, str, str, str, date], Resolved] = field(
        default_factory=dict, compare=False, repr=False
    )
    _named: dict[tuple[str, str], str | None] = field(
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
        key = (model, model_version, resource, deployment, service_tier, day)
        found = self._resolved.get(key)
        if found is None:
            found = self._resolved[key] = self._resolve(*key)
        return found

    def price(self, model: str, offer: Offer, day: date) -> Resolved:
        """Return the price of a canonical model on an offer: what it would cost elsewhere."""
        price, unpriced = self._priced(model, offer, day)
        return Resolved(model, offer, False, price, unpriced)

    def _resolve(
        self, model: str, version: str, resource: str, deployment: str, tier: str, day: date
    ) -> Resolved:
        config = self.deployments.config(resource, deployment, _end_of(day)) if deployment else None
        name = self._model(model, version, deployment, config)
        offer, assumed, unknown = _offer(config, tier)
        if unknown is not None:
            return Resolved(name or model, offer, assumed, None, unknown, config)
        if name is None and offer.billing is not Billing.PROVISIONED:
            return Resolved(model, offer, assumed, None, Unpriced.UNKNOWN_MODEL, config)
        price, unpriced = self._priced(name or model, offer, day)
        return Resolved(name or model, offer, assumed, price, unpriced, config)

    def _priced(
        self, model: str, offer: Offer, day: date
    ) -> tuple[ListPrice | None, Unpriced | None]:
        price = self.book.price(model, offer, day)
        if price is not None:
            return price, None
        return None, Unpriced.NOT_YET if self.book.knows(model, offer) else Unpriced.OFFER

    def _model(
        self, model: str, version: str, deployment: str, config: DeploymentConfig | None
    ) -> str | None:
        """Return the canonical name; a deployment's name is not its model's where that is known."""
        configured = None
        if config is not None and config.model:
            configured = self._find(config.model, "")
            if model == deployment:
                return configured
        return self._find(model, version) or configured

    def _find(self, model: str, version: str) -> str | None:
        key = (model, version)
        if key not in self._named:
            self._named[key] = self.names.find(model, version)
        return self._named[key]


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
