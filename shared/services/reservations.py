"""Owned reservations: stored by name."""

from shared.domain.reservation.reservation import Reservation
from shared.services.named_documents import NamedDocuments
from shared.services.ports import Documents

COLLECTION = "reservations"

_STORED = NamedDocuments(COLLECTION, Reservation, "reservation {name} does not exist")


async def load_reservations(documents: Documents) -> list[Reservation]:
    """Return every reservation, by name."""
    return await _STORED.load(documents)


async def get_reservation(name: str, *, documents: Documents) -> Reservation:
    """Return one reservation.

    Raises:
        NotFound: there is none of this name.
    """
    return await _STORED.get(name, documents)


async def put_reservation(reservation: Reservation, *, documents: Documents) -> bool:
    """Store a reservation under its name; return whether it is new.

    Raises:
        Stale: somebody else changed it at the same time.
    """
    return await _STORED.put(reservation, documents)


async def delete_reservation(name: str, *, documents: Documents) -> None:
    """Delete a reservation.

    Raises:
        NotFound: there is none of this name.
        Stale: somebody else changed it at the same time.
    """
    await _STORED.delete(name, documents)
