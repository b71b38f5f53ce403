"""HTTP functions for owned reservations of provisioned throughput."""

import azure.functions as func
import msgspec

from shared.bootstrap import app
from shared.domain.reservation.input import ReservationBody, parse_reservation
from shared.domain.reservation.reservation import Reservation
from shared.services.reservations import RESERVATIONS
from shared.triggers.call import PAGE, Call
from shared.triggers.endpoint import endpoint
from shared.triggers.responses import Answer

blueprint = func.Blueprint()


class ReservationList(msgspec.Struct, frozen=True):
    """Every reservation, by name."""

    reservations: list[Reservation]
    next: str | None = None


@endpoint(
    blueprint,
    "GET",
    "v1/reservations",
    summary="Owned reservations of provisioned throughput.",
    answer=ReservationList,
    query=PAGE,
)
async def get_reservations(call: Call) -> Answer:
    """List the reservations."""
    found = await RESERVATIONS.load(app().documents)
    return Answer(ReservationList(*call.page(found, lambda each: each.name)))


@endpoint(
    blueprint,
    "GET",
    "v1/reservations/{name}",
    summary="One reservation.",
    answer=Reservation,
)
async def get_one_reservation(call: Call) -> Answer:
    """Return a reservation."""
    return Answer(await RESERVATIONS.get(call.segment("name"), app().documents))


@endpoint(
    blueprint,
    "PUT",
    "v1/reservations/{name}",
    summary="Say which units are owned: type, region, scope, term, and from when to when.",
    request=ReservationBody,
    answer=Reservation,
)
async def put_one_reservation(call: Call) -> Answer:
    """Store a reservation."""
    reservation = parse_reservation(call.body(), name=call.segment("name"))
    created = await RESERVATIONS.put(reservation, app().documents)
    return Answer(reservation, 201 if created else 200)


@endpoint(
    blueprint,
    "DELETE",
    "v1/reservations/{name}",
    summary="Delete a reservation.",
    status=204,
)
async def delete_one_reservation(call: Call) -> Answer:
    """Delete a reservation."""
    await RESERVATIONS.delete(call.segment("name"), app().documents)
    return Answer(status=204)
