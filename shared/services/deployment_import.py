"""Taking in a list of deployments: what is new or differs is stored, dated."""

from datetime import datetime

import msgspec

from shared.domain.deployment.az_deployment import ImportDefaults, ListedDeployment
from shared.domain.deployment.deployment import DeploymentConfig
from shared.domain.deployment.listing import parse_listing
from shared.domain.deployment.view import Deployment, deployment_of
from shared.domain.record.decoding import Rejection
from shared.services.deployment_store import find_deployment, store_config
from shared.services.ports import Documents


class ImportAnswer(msgspec.Struct, frozen=True):
    """What became of a list of deployments.

    Attributes:
        accepted: how many were read.
        unchanged: how many of them were known just so.
        rejected: the others, with place and reason.
        deployments: those that were new or differ, as they are known now.
    """

    accepted: int
    unchanged: int
    rejected: list[Rejection]
    deployments: list[Deployment]


async def import_deployments(
    body: bytes, defaults: ImportDefaults, *, now: datetime, documents: Documents
) -> ImportAnswer:
    """Store the deployments of a list; the same list again changes nothing.

    Args:
        body: what `az cognitiveservices account deployment list` printed.
        defaults: what the caller says of all of them.
        now: the time, UTC.
        documents: where they are kept.

    Raises:
        InvalidInput: no such list, or none of it could be read.
    """
    listing = parse_listing(body, defaults)
    changed: list[Deployment] = []
    for listed in listing.deployments:
        known = await find_deployment(listed.name, listed.config.resource, documents)
        config = _dated(listed, known.configs if known else (), defaults, now)
        if config is not None:
            history = await store_config(listed.name, config, documents)
            changed.append(deployment_of(history, now))
    count = len(listing.deployments)
    return ImportAnswer(count, count - len(changed), listing.rejected, changed)


def _dated(
    listed: ListedDeployment,
    known: tuple[DeploymentConfig, ...],
    defaults: ImportDefaults,
    now: datetime,
) -> DeploymentConfig | None:
    """Return the configuration with its beginning; None where it is in force already.

    A deployment seen for the first time counts as it is since it was made. One that differs counts
    as it is since it was changed, where that is told and later than what is known, else from now.
    """
    if known and _undated(known[-1]) == _undated(listed.config):
        return None
    since = defaults.effective_from or listed.config.effective_from
    if known and defaults.effective_from is None:
        last, modified = known[-1].effective_from, listed.modified_at
        since = modified if modified and (last is None or modified > last) else now
    return msgspec.structs.replace(listed.config, effective_from=since)


def _undated(config: DeploymentConfig) -> DeploymentConfig:
    return msgspec.structs.replace(config, effective_from=None)
