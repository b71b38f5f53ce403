"""Inhibitions: stored by name; none is built in."""

from shared.domain.muting.inhibition import Inhibition
from shared.services.named_documents import NamedDocuments
from shared.services.ports import Documents

COLLECTION = "inhibitions"

_STORED = NamedDocuments(COLLECTION, Inhibition, "inhibition {name} does not exist")


async def load_inhibitions(documents: Documents) -> list[Inhibition]:
    """Return every inhibition, by name."""
    return await _STORED.load(documents)


async def get_inhibition(name: str, *, documents: Documents) -> Inhibition:
    """Return one inhibition.

    Raises:
        NotFound: there is none of this name.
    """
    return await _STORED.get(name, documents)


async def put_inhibition(inhibition: Inhibition, *, documents: Documents) -> bool:
    """Store an inhibition under its name; return whether it is new.

    Raises:
        Stale: somebody else changed it at the same time.
    """
    return await _STORED.put(inhibition, documents)


async def delete_inhibition(name: str, *, documents: Documents) -> None:
    """Delete an inhibition.

    Raises:
        NotFound: there is none of this name.
        Stale: somebody else changed it at the same time.
    """
    await _STORED.delete(name, documents)
