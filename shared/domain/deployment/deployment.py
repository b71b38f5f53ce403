"""What is known of a deployment besides its traffic: its model, type and quotas, dated."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from shared.domain.record.request import Moment, Name

Quota = Annotated[int, Meta(ge=1, le=1 << 53)]


class DeploymentConfig(msgspec.Struct, frozen=True, omit_defaults=False):
    """A deployment's configuration from a moment on.

    Attributes:
        model: the model it serves.
        model_version: its version, as Azure tells it apart; None where it is not told.
        resource: the Azure resource it belongs to; empty where that is not told apart.
        type: as `GlobalStandard`, `DataZoneStandard`, `Standard`, `GlobalProvisionedManaged`.
        tpm_quota: tokens per minute that Azure admits.
        rpm_quota: requests per minute that Azure admits.
        ptu: provisioned throughput units.
        spillover_to: the deployment that takes what this one cannot.
        effective_from: when this configuration began; None: since ever.
    """

    model: Name | None = None
    model_version: Name | None = None
    resource: Annotated[str, Meta(max_length=256)] = ""
    region: Name | None = None
    type: Name | None = None
    tpm_quota: Quota | None = None
    rpm_quota: Quota | None = None
    ptu: Quota | None = None
    spillover_to: Name | None = None
    effective_from: Moment | None = None


@dataclass(frozen=True, slots=True)
class QuotaBook:
    """The configurations of all deployments, newest last.

    Attributes:
        dated: (resource, deployment) -> configurations in order of `effective_from`.
        resources: deployment -> the resources that have one of that name.
        explained: names of deployments that serve a model of another name.
    """

    dated: Mapping[tuple[str, str], Sequence[DeploymentConfig]] = field(default_factory=dict)
    resources: Mapping[str, Sequence[str]] = field(default_factory=dict)
    explained: frozenset[str] = frozenset()

    def config(self, resource: str, deployment: str, at: datetime) -> DeploymentConfig | None:
        """Return the configuration in force, None where none is known.

        A deployment reported without its resource is the only one of its name, if there is one.
        """
        known = self.resources.get(deployment, ())
        owner = resource if resource in known else known[0] if len(known) == 1 else None
        if owner is None or (owner != resource and resource and owner):
            return None
        in_force = None
        for config in self.dated[owner, deployment]:
            if config.effective_from is None or config.effective_from <= at:
                in_force = config
        return in_force


def quota_book(configs: Iterable[tuple[str, DeploymentConfig]]) -> QuotaBook:
    """Return the book of (deployment, configuration) pairs."""
    dated: dict[tuple[str, str], list[DeploymentConfig]] = {}
    resources: dict[str, list[str]] = {}
    explained: set[str] = set()
    for name, config in configs:
        if config.model not in (None, name):
            explained.add(name)
        if (config.resource, name) not in dated:
            resources.setdefault(name, []).append(config.resource)
        dated.setdefault((config.resource, name), []).append(config)
    for found in dated.values():
        found.sort(
            key=lambda config: (config.effective_from is not None, config.effective_from or 0)
        )
    return QuotaBook(dated, resources, frozenset(explained))
