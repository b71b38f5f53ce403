"""One deployment as `az cognitiveservices account deployment list` prints it.

What counts is the SKU: its name is the deployment's type, its capacity PTUs where provisioned
capacity is sold, else thousands of tokens a minute, unless rate limits say it more exactly.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from shared.domain.deployment.deployment import DeploymentConfig
from shared.domain.price.offer import Billing, Offer, offer_of
from shared.domain.record.checks import CONTROL
from shared.domain.record.decode_words import shortened
from shared.domain.record.request import Moment, Name
from shared.errors import InvalidInput

_TOKENS_PER_CAPACITY = 1_000
_MINUTE_S = 60
_GONE = ("Failed", "Canceled", "Deleting", "Disabled")


class _Model(msgspec.Struct, frozen=True):
    name: Name
    version: Annotated[str, Meta(max_length=256)] | None = None


class _RateLimit(msgspec.Struct, frozen=True, rename="camel"):
    key: str
    count: Annotated[float, Meta(ge=0, le=1 << 50)]
    renewal_period: Annotated[float, Meta(gt=0)]


class _Properties(msgspec.Struct, frozen=True, rename="camel"):
    model: _Model
    rate_limits: tuple[_RateLimit, ...] | None = None
    spillover_deployment_name: Name | None = None
    provisioning_state: str | None = None


class _Sku(msgspec.Struct, frozen=True):
    name: Name
    capacity: Annotated[int, Meta(ge=1, le=1 << 40)] | None = None


class _System(msgspec.Struct, frozen=True, rename="camel"):
    created_at: Moment | None = None
    last_modified_at: Moment | None = None


class AzDeployment(msgspec.Struct, frozen=True, rename="camel"):
    """What is printed of a deployment, as far as it is read."""

    name: Name
    sku: _Sku
    properties: _Properties
    id: str | None = None
    location: Name | None = None
    system_data: _System | None = None


@dataclass(frozen=True, slots=True)
class ImportDefaults:
    """What the caller says of all deployments of a list.

    Attributes:
        resource: the Azure resource; None takes it from each deployment's id.
        region: of the resource; None takes it from each deployment, where it is told.
        effective_from: since when they are as listed, UTC; None: since they were made or changed.
    """

    resource: str | None = None
    region: str | None = None
    effective_from: datetime | None = None


@dataclass(frozen=True, slots=True)
class ListedDeployment:
    """A deployment of the list.

    Attributes:
        name: of the deployment.
        config: its configuration; `effective_from` is when it was made.
        modified_at: when it was changed last; None where that is not told.
    """

    name: str
    config: DeploymentConfig
    modified_at: datetime | None


def deployment_of(listed: AzDeployment, defaults: ImportDefaults) -> ListedDeployment:
    """Return what is known of a deployment.

    Raises:
        InvalidInput: it is not in service, of no known type, or a name has control characters.
    """
    _check_texts(listed)
    offer = offer_of(listed.sku.name)
    if offer is None:
        raise InvalidInput.at("sku.name", f"no deployment type is called {listed.sku.name!r:.60}")
    if listed.properties.provisioning_state in _GONE:
        state = listed.properties.provisioning_state
        raise InvalidInput.at("properties.provisioningState", f"expected Succeeded, got {state}")
    system = listed.system_data or _System()
    config = DeploymentConfig(
        model=listed.properties.model.name,
        model_version=listed.properties.model.version or None,
        resource=_resource(listed) if defaults.resource is None else defaults.resource,
        region=defaults.region or listed.location,
        type=listed.sku.name,
        tpm_quota=_tpm(listed, offer),
        rpm_quota=_per_minute(listed, "request"),
        ptu=listed.sku.capacity if offer.billing is Billing.PROVISIONED else None,
        spillover_to=listed.properties.spillover_deployment_name,
        effective_from=system.created_at,
    )
    return ListedDeployment(listed.name, config, system.last_modified_at)


def _check_texts(listed: AzDeployment) -> None:
    model = listed.properties.model
    texts = {"name": listed.name, "properties.model.name": model.name}
    for path, text in texts.items():
        if CONTROL.search(text):
            reason = f"expected no control characters, got {shortened(repr(text))}"
            raise InvalidInput.at(path, reason)


def _resource(listed: AzDeployment) -> str:
    """Return the account that a deployment's id names; empty where it names none."""
    parts = (listed.id or "").split("/")
    lower = [each.lower() for each in parts]
    place = lower.index("accounts") + 1 if "accounts" in lower else len(parts)
    return parts[place][:256] if place < len(parts) else ""


def _tpm(listed: AzDeployment, offer: Offer) -> int | None:
    if offer.billing is not Billing.STANDARD:
        return None
    stated = _per_minute(listed, "token")
    if stated is not None or listed.sku.capacity is None:
        return stated
    return listed.sku.capacity * _TOKENS_PER_CAPACITY


def _per_minute(listed: AzDeployment, key: str) -> int | None:
    limits = [each for each in listed.properties.rate_limits or () if each.key == key]
    rate = int(limits[0].count * _MINUTE_S / limits[0].renewal_period) if limits else 0
    return rate or None
