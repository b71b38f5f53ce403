"""Applications: what they can bear, stored by name."""

from shared.domain.application import Application
from shared.services.named_documents import NamedDocuments
from shared.services.ports import Documents

COLLECTION = "applications"

_STORED = NamedDocuments(COLLECTION, Application, "application {name} is not known")


async def load_applications(documents: Documents) -> dict[str, Application]:
    """Return every application that something is known of, by name."""
    return {each.name: each for each in await _STORED.load(documents)}


async def get_application(name: str, *, documents: Documents) -> Application:
    """Return one application.

    Raises:
        NotFound: nothing is known of it.
    """
    return await _STORED.get(name, documents)


async def put_application(application: Application, *, documents: Documents) -> bool:
    """Store what is known of an application; return whether it is new.

    Raises:
        Stale: somebody else changed it at the same time.
    """
    return await _STORED.put(application, documents)
