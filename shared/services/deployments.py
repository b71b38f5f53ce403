"""Deployments' configurations: stored dated, read as a book of quotas."""

from dataclasses import dataclass
from datetime import UTC, datetime

import msgspec
from msgspec import UNSET

from shared.domain.deployment.deployment import DeploymentConfig
from shared.domain.deployment.view import Deployment, DeploymentHistory, deployment_of
from shared.domain.record.checks import CONTROL
from shared.domain.record.decode_words import shortened
from shared.domain.record.object_decoding import ObjectDecoder
from shared.errors import Conflict, InvalidInput, NotFound
from shared.services.deployment_store import COLLECTION, history_of, load_named, store_config
from shared.services.ports import Document, Documents

_MAX_NAME = 256
_CONFIGS = ObjectDecoder(DeploymentConfig)
# Fields of an answer that a changed one may be put back with.
_ANSWERED = ("name", "history")


class DeploymentPage(msgspec.Struct, frozen=True):
    """A part of the list of deployments.

    Attributes:
        deployments: by resource and name.
        next: where the rest begins; None where this is all.
    """

    deployments: list[Deployment]
    next: str | None


@dataclass(frozen=True, slots=True)
class DeploymentName:
    """Which deployment is meant.

    Attributes:
        name: of the deployment.
        resource: the one it belongs to; None where it is not said.
    """

    name: str
    resource: str | None = None


async def list_deployments(
    *, limit: int, after: str | None, now: datetime, documents: Documents
) -> DeploymentPage:
    """Return deployments.

    Args:
        limit: how many at most.
        after: the `next` of an earlier answer, to go on from there; None begins.
        now: when the configurations shown are in force, UTC.
        documents: where they are.
    """
    stored = await documents.list(COLLECTION)
    left = sorted((each for each in stored if each.key > (after or "")), key=lambda each: each.key)
    page = left[:limit]
    shown = [deployment_of(history_of(document), now) for document in page]
    return DeploymentPage(shown, page[-1].key if len(left) > limit else None)


async def get_deployment(
    which: DeploymentName, *, now: datetime, documents: Documents
) -> Deployment:
    """Return a deployment.

    Raises:
        NotFound: no such deployment.
        Conflict: several resources have one of this name, and none was named.
    """
    history, _ = await _one(which, documents)
    return deployment_of(history, now)


async def put_deployment(
    which: DeploymentName, body: bytes, *, strict: bool, now: datetime, documents: Documents
) -> Deployment:
    """Store a configuration; one with the same `effective_from` is replaced.

    Raises:
        InvalidInput: malformed, or it names another resource than the one that is meant.
        Conflict: another resource has a deployment of this name, and no resource was named.
    """
    _check_text("name", which.name)
    config, unknown = _CONFIGS.decode(body, strict=strict)
    resource = await _resource(which, config, documents)
    config = msgspec.structs.replace(
        config, resource=resource, effective_from=_in_utc(config.effective_from)
    )
    history = await store_config(which.name, config, documents)
    named = {name: count for name, count in unknown.items() if name not in _ANSWERED}
    return msgspec.structs.replace(deployment_of(history, now), unknown_fields=named or UNSET)


async def delete_deployment(which: DeploymentName, *, documents: Documents) -> None:
    """Forget a deployment; raises as `get_deployment` does."""
    _, document = await _one(which, documents)
    await documents.delete(COLLECTION, document)


async def _resource(which: DeploymentName, config: DeploymentConfig, documents: Documents) -> str:
    """Return the resource of the deployment to be stored."""
    if which.resource is not None:
        _check_text("resource", which.resource)
        if config.resource not in ("", which.resource):
            reason = f"expected {which.resource}, as in the query, got {config.resource}"
            raise InvalidInput.at("resource", reason)
        return which.resource
    if not config.resource:
        others = await load_named(which.name, documents)
        if any(each.resource for each, _ in others):
            raise Conflict(
                f"{which.name}: other resources have a deployment of this name, say ?resource="
            )
    return config.resource


async def _one(which: DeploymentName, documents: Documents) -> tuple[DeploymentHistory, Document]:
    found = await load_named(which.name, documents)
    if which.resource is not None:
        found = [each for each in found if each[0].resource == which.resource]
    if not found:
        raise NotFound(f"deployment {which.name} is not known")
    if len(found) > 1:
        names = ", ".join(sorted(each.resource or "(none)" for each, _ in found))
        raise Conflict(f"{which.name}: in several resources ({names}), say ?resource=")
    return found[0]


def _check_text(field: str, text: str) -> None:
    if not 0 < len(text) <= _MAX_NAME or CONTROL.search(text):
        reason = f"expected 1 to {_MAX_NAME} characters without control characters"
        raise InvalidInput.at(field, f"{reason}, got {shortened(repr(text))}")


def _in_utc(moment: datetime | None) -> datetime | None:
    try:
        return None if moment is None else moment.astimezone(UTC)
    except OverflowError as error:
        reason = f"expected a time from the year 1 to 9999 in UTC, got {moment}"
        raise InvalidInput.at("effective_from", reason) from error
