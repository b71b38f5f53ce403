"""What a charge is about, told alike by a free-text meter and by a line of the bill.

Versions of a model are one subject, as telemetry may not tell them; so are its bands of context.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from shared.domain.price.list_price import Meter
from shared.domain.price.meter_words import PTU_METERS, read_meter
from shared.domain.price.model_name import ModelNames
from shared.domain.price.model_words import FAMILIES, full_words, model_of
from shared.domain.price.offer import Billing, Geography, Offer, Tier
from shared.domain.reconciliation.charged import Charged, Kind

_VERSION = re.compile(r"-\d{4}-\d{2}-\d{2}$")


class What(StrEnum):
    """The sort of subject."""

    TOKENS = "tokens"
    UNITS = "units"
    RESERVED_UNITS = "reserved_units"
    OTHER = "other"
    PURCHASE = "purchase"
    CREDIT = "credit"


@dataclass(frozen=True, slots=True, order=True)
class Subject:
    """A subject.

    Attributes:
        what: its sort.
        name: how people read it.
    """

    what: What
    name: str


def tokens_of(model: str, meter: Meter, offer: Offer) -> Subject:
    """Return the subject of a model's tokens."""
    sold = [offer.geography.value]
    if offer.billing is not Billing.STANDARD:
        sold.append(offer.billing.value)
    if offer.tier is not Tier.STANDARD:
        sold.append(offer.tier.value)
    return Subject(What.TOKENS, f"{_VERSION.sub('', model)} {meter} ({', '.join(sold)})")


def units_of(geography: Geography, *, reserved: bool) -> Subject:
    """Return the subject of provisioned units."""
    what = What.RESERVED_UNITS if reserved else What.UNITS
    paid = "reserved" if reserved else "by the hour"
    return Subject(what, f"PTU {paid} ({geography})")


def subject_of(charged: Charged, names: ModelNames) -> Subject:
    """Return what a row of an export is about."""
    if charged.kind is Kind.CREDIT:
        return Subject(What.CREDIT, charged.meter or charged.service or "credit")
    if charged.kind is Kind.PURCHASE:
        return Subject(What.PURCHASE, charged.meter or charged.service or "purchase")
    geography = PTU_METERS.get(charged.meter)
    if geography is not None:
        return units_of(geography, reserved=charged.reserved)
    reading = read_meter(charged.meter)
    model = None
    if reading is not None:
        model = model_of(full_words(reading.model, _product(charged.product)), names)
    if reading is None or model is None:
        return Subject(What.OTHER, _other(charged))
    return tokens_of(model, reading.meter, reading.offer)


def _product(text: str) -> str:
    """Return the product that names a family, where a text begins with one."""
    found = [name for name in FAMILIES if text.lower().startswith(name.lower())]
    return max(found, key=len, default=text)


def _other(charged: Charged) -> str:
    """Return what another resource's charge is called: its meter where that may be a model's."""
    ours = any(word in charged.service.lower() for word in ("foundry", "openai", "cognitive"))
    if ours and charged.meter:
        return charged.meter
    return charged.service or charged.meter or "unnamed"
