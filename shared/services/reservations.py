"""Owned reservations: stored by name."""

import msgspec

from shared.domain.reservation.reservation import Reservation
from shared.errors import NotFound
from shared.services.ports import Document, Documents

COLLECTION = "reservations"

_decode = msgspec.json.Decoder(Reservation).decode


async def load_reservations(documents: Documents) -> list[Reservation]:
    """Return every reservation, by name."""
    return [_decode(document.body) for document in await documents.list(COLLECTION)]


async def get_reservation(name: str, *, documents: Documents) -> Reservation:
    """Return one reservation.

    Raises:
        NotFound: there is none of this name.
    """
    return _decode((await _stored(name, documents)).body)


async def put_reservation(reservation: Reservation, *, documents: Documents) -> bool:
    """Store a reservation under its name; return whether it is new.

    Raises:
        Stale: somebody else changed it at the same time.
    """
    stored = await documents.get(COLLECTION, reservation.name)
    body, etag = msgspec.json.encode(reservation), stored.etag if stored else None
    await documents.put(COLLECTION, Document(reservation.name, body, etag))
    return stored is None


async def delete_reservation(name: str, *, documents: Documents) -> None:
    """Delete a reservation.

    Raises:
        NotFound: there is none of this name.
        Stale: somebody else changed it at the same time.
    """
    await documents.delete(COLLECTION, await _stored(name, documents))


async def _stored(name: str, documents: Documents) -> Document:
    stored = await documents.get(COLLECTION, name)
    if stored is None:
        raise NotFound(f"reservation {name} does not exist")
    return stored
