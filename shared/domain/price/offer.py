"""How a deployment is sold: where it may compute, and how it is billed.

Azure names both in one text, the SKU of a deployment, as `DataZoneStandard`. A request's service
tier (standard, flex, priority) is told apart from that: Azure bills by the tier that served it.
"""

from enum import StrEnum
from typing import NamedTuple

from shared.errors import InvalidInput


class Geography(StrEnum):
    """Where prompts and answers may be processed."""

    GLOBAL = "global"
    DATA_ZONE = "data_zone"
    REGIONAL = "regional"


class Billing(StrEnum):
    """What is paid for: tokens, tokens within a day at a discount, or capacity by the hour."""

    STANDARD = "standard"
    BATCH = "batch"
    PROVISIONED = "provisioned"


class Tier(StrEnum):
    """What a request was promised."""

    STANDARD = "standard"
    FLEX = "flex"
    PRIORITY = "priority"


class Offer(NamedTuple):
    """What a price is asked for.

    Attributes:
        geography: where it computes.
        billing: what is paid for.
        tier: what the request was promised.
    """

    geography: Geography
    billing: Billing = Billing.STANDARD
    tier: Tier = Tier.STANDARD


ASSUMED = Offer(Geography.GLOBAL)
"""What a deployment of unknown type is priced as; whoever prices says so and counts it."""

# SKU names of Microsoft.CognitiveServices/accounts/deployments, and plain words for the same.
_TYPES = {
    "globalstandard": Offer(Geography.GLOBAL),
    "datazonestandard": Offer(Geography.DATA_ZONE),
    "standard": Offer(Geography.REGIONAL),
    "globalbatch": Offer(Geography.GLOBAL, Billing.BATCH),
    "datazonebatch": Offer(Geography.DATA_ZONE, Billing.BATCH),
    "globalprovisionedmanaged": Offer(Geography.GLOBAL, Billing.PROVISIONED),
    "datazoneprovisionedmanaged": Offer(Geography.DATA_ZONE, Billing.PROVISIONED),
    "provisionedmanaged": Offer(Geography.REGIONAL, Billing.PROVISIONED),
    "global": Offer(Geography.GLOBAL),
    "datazone": Offer(Geography.DATA_ZONE),
    "regional": Offer(Geography.REGIONAL),
}
_TIERS = {
    "": Tier.STANDARD,
    "auto": Tier.STANDARD,
    "default": Tier.STANDARD,
    "standard": Tier.STANDARD,
    "flex": Tier.FLEX,
    "priority": Tier.PRIORITY,
    "fast": Tier.PRIORITY,  # what OpenAI calls it since 2026
}


_NAMES = {
    Offer(Geography.GLOBAL): "GlobalStandard",
    Offer(Geography.DATA_ZONE): "DataZoneStandard",
    Offer(Geography.REGIONAL): "Standard",
    Offer(Geography.GLOBAL, Billing.BATCH): "GlobalBatch",
    Offer(Geography.DATA_ZONE, Billing.BATCH): "DataZoneBatch",
    Offer(Geography.REGIONAL, Billing.BATCH): "Batch",
    Offer(Geography.GLOBAL, Billing.PROVISIONED): "GlobalProvisionedManaged",
    Offer(Geography.DATA_ZONE, Billing.PROVISIONED): "DataZoneProvisionedManaged",
    Offer(Geography.REGIONAL, Billing.PROVISIONED): "ProvisionedManaged",
}


def type_name(offer: Offer) -> str:
    """Return an offer's deployment type as Azure names it."""
    return _NAMES[offer._replace(tier=Tier.STANDARD)]


def offer_of(deployment_type: str) -> Offer | None:
    """Return what a deployment type means, with the standard tier; None for an unknown one."""
    return _TYPES.get(deployment_type.replace("_", "").replace(" ", "").lower())


def tier_of(service_tier: str) -> Tier | None:
    """Return the tier that a request's `service_tier` names; None for an unknown one."""
    return _TIERS.get(service_tier.lower())


def asked_tier(service_tier: str) -> Tier:
    """Return the tier that a name stands for.

    Raises:
        InvalidInput: no tier is called that.
    """
    tier = tier_of(service_tier)
    if tier is None:
        reason = f"expected standard, flex or priority, got {service_tier!r:.80}"
        raise InvalidInput.at("service_tier", reason)
    return tier


def asked_offer(deployment_type: str) -> Offer:
    """Return what a deployment type means.

    Raises:
        InvalidInput: no deployment type is called that.
    """
    offer = offer_of(deployment_type)
    if offer is None:
        names = "GlobalStandard, DataZoneStandard, Standard, GlobalBatch, DataZoneBatch, "
        names += "GlobalProvisionedManaged, DataZoneProvisionedManaged or ProvisionedManaged"
        raise InvalidInput.at("deployment_type", f"expected {names}, got {deployment_type!r:.80}")
    return offer
