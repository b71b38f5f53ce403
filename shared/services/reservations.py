"""Owned reservations: stored by name."""

from shared.domain.reservation.reservation import Reservation
from shared.services.named_documents import NamedDocuments

COLLECTION = "reservations"
RESERVATIONS = NamedDocuments(COLLECTION, Reservation, "reservation {name} does not exist")
