"""A deployment with its history, as it is stored and as people see it."""

from datetime import datetime

import msgspec
from msgspec import UNSET, UnsetType

from shared.domain.deployment.deployment import DeploymentConfig
from shared.domain.timeline import EPOCH


class DeploymentHistory(msgspec.Struct, frozen=True):
    """A deployment of one resource with all its configurations, oldest first."""

    name: str
    resource: str
    configs: tuple[DeploymentConfig, ...] = ()


class Deployment(msgspec.Struct, frozen=True):
    """A deployment as it is configured now; where no configuration is in force yet, the first one.

    Attributes:
        history: all its configurations, oldest first.
        unknown_fields: of the body that was stored; absent where there are none.
    """

    name: str
    model: str | None
    model_version: str | None
    resource: str
    region: str | None
    type: str | None
    tpm_quota: int | None
    rpm_quota: int | None
    ptu: int | None
    spillover_to: str | None
    effective_from: datetime | None
    history: tuple[DeploymentConfig, ...]
    unknown_fields: dict[str, int] | UnsetType = UNSET


def deployment_of(history: DeploymentHistory, now: datetime) -> Deployment:
    """Return a deployment as it is configured at `now`."""
    in_force = [config for config in history.configs if since(config) <= now]
    config = in_force[-1] if in_force else history.configs[0]
    fields = msgspec.structs.asdict(config)
    return Deployment(name=history.name, **fields, history=history.configs)


def since(config: DeploymentConfig) -> datetime:
    """Return when a configuration began; since ever is the epoch."""
    return config.effective_from or EPOCH
