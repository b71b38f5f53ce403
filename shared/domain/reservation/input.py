"""From the JSON of a reservation to a `Reservation`, or to every reason why not."""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from shared.domain.price.reservation_price import Term
from shared.domain.record.checks import CONTROL
from shared.domain.record.field_decoding import FieldDecoder, name_faults, refusal
from shared.domain.record.request import Name
from shared.domain.reservation.reservation import SHARED, Reservation, is_provisioned
from shared.errors import Fault

_TYPES = "GlobalProvisionedManaged, DataZoneProvisionedManaged or ProvisionedManaged"

Ptu = Annotated[int, Meta(ge=1, le=1_000_000)]

_FIELDS = FieldDecoder(
    {
        "name": str,
        "type": Name,
        "region": Name,
        "scope": Name,
        "ptu": Ptu,
        "term": Term,
        "from": date,
        "to": date,
        "usd_per_ptu_month": Decimal | None,
    },
    required=("type", "region", "ptu", "term", "from", "to"),
    words={"term": Term},
)


class ReservationBody(msgspec.Struct, frozen=True):
    """A reservation as it is put; `to` is the first day it no longer covers."""

    type: Name
    region: Name
    ptu: Ptu
    term: Term
    starts: date = msgspec.field(name="from")
    ends: date = msgspec.field(name="to")
    scope: Name = SHARED
    usd_per_ptu_month: Decimal | None = None


def parse_reservation(body: bytes, *, name: str) -> Reservation:
    """Return the reservation that a JSON object states.

    Args:
        body: the JSON as sent.
        name: from the route; the body may repeat it.

    Raises:
        InvalidInput: with one fault per field that is missing, unknown or not as it should be.
    """
    values, faults = _FIELDS.decode(body)
    faults += [*name_faults(name, values.get("name", name)), *_faults(values)]
    if faults:
        raise refusal(faults)
    return Reservation(
        name=name,
        type=values["type"],
        region=values["region"],
        ptu=values["ptu"],
        term=values["term"],
        starts=values["from"],
        ends=values["to"],
        scope=values.get("scope", SHARED),
        usd_per_ptu_month=values.get("usd_per_ptu_month"),
    )


def _faults(values: Mapping[str, Any]) -> Iterator[Fault]:
    for field in ("type", "region", "scope"):
        if CONTROL.search(values.get(field, "")):
            yield Fault(field, "expected no control characters")
    if "type" in values and not is_provisioned(values["type"]):
        yield Fault("type", f"expected {_TYPES}, got {values['type']!r:.80}")
    if "from" in values and "to" in values and values["to"] <= values["from"]:
        yield Fault("to", f"expected a day after {values['from']}, got {values['to']}")
    price = values.get("usd_per_ptu_month")
    if price is not None and not (price.is_finite() and price >= 0):
        yield Fault("usd_per_ptu_month", f"expected US dollars >= 0, got {price}")
