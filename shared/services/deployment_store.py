"""Where deployments are kept: by resource and name, each with its dated configurations."""

from urllib.parse import quote

import msgspec

from shared.domain.deployment.deployment import DeploymentConfig
from shared.domain.deployment.view import DeploymentHistory, since
from shared.errors import Stale
from shared.services.ports import Document, Documents

COLLECTION = "deployments"
_TRIES = 5


async def find_deployment(
    name: str, resource: str, documents: Documents
) -> DeploymentHistory | None:
    """Return a deployment of one resource with its configurations; None for an unknown one."""
    stored = await documents.get(COLLECTION, _key(name, resource))
    return None if stored is None else history_of(stored)


async def store_config(
    name: str, config: DeploymentConfig, documents: Documents
) -> DeploymentHistory:
    """Store a configuration; one with the same `effective_from` is replaced.

    Raises:
        Stale: somebody else kept changing the deployment.
    """
    key = _key(name, config.resource)
    for _ in range(_TRIES):
        stored = await documents.get(COLLECTION, key)
        before = history_of(stored).configs if stored else ()
        kept = [each for each in before if each.effective_from != config.effective_from]
        dated = sorted([*kept, config], key=since)
        history = DeploymentHistory(name, config.resource, tuple(dated))
        body = msgspec.json.encode(history)
        try:
            await documents.put(COLLECTION, Document(key, body, stored.etag if stored else None))
        except Stale:
            continue
        return history
    raise Stale(f"{name}: keeps changing")


async def load_named(name: str, documents: Documents) -> list[tuple[DeploymentHistory, Document]]:
    """Return every deployment of a name, one a resource, and where it is."""
    stored = [(history_of(document), document) for document in await documents.list(COLLECTION)]
    return [each for each in stored if each[0].name == name]


def history_of(document: Document) -> DeploymentHistory:
    """Return the deployment that a document holds."""
    return msgspec.json.decode(document.body, type=DeploymentHistory)


def _key(name: str, resource: str) -> str:
    return f"{quote(resource, safe='')}|{name}"
