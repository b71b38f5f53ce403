"""A reservation of provisioned throughput: units of one deployment type in one region, for a term.

It matches type, region and scope, whatever the model, and lowers what those units cost; it does not
guarantee that they can be had.
Source: https://learn.microsoft.com/azure/cost-management-billing/reservations/azure-openai
"""

from datetime import date
from decimal import Decimal

import msgspec

from shared.domain.price.offer import Billing, Geography, offer_of
from shared.domain.price.region import region_name
from shared.domain.price.reservation_price import Term

SHARED = "shared"


class Reservation(msgspec.Struct, frozen=True):
    """Units that are owned.

    Attributes:
        name: unique.
        type: of the deployments it matches, as `GlobalProvisionedManaged`.
        region: where they are, as `swedencentral`.
        scope: `shared` for those of every resource, else the one resource whose it covers.
        ptu: units.
        term: how it was bought.
        starts: the first UTC day it covers.
        ends: the first day it no longer covers.
        usd_per_ptu_month: US dollars a unit and month (a twelfth of a year) as paid; None where the
            list price of the term holds.
    """

    name: str
    type: str
    region: str
    ptu: int
    term: Term
    starts: date = msgspec.field(name="from")
    ends: date = msgspec.field(name="to")
    scope: str = SHARED
    usd_per_ptu_month: Decimal | None = None

    @property
    def geography(self) -> Geography:
        """Return where the units compute."""
        offer = offer_of(self.type)
        return offer.geography if offer else Geography.GLOBAL

    def owned_on(self, day: date) -> bool:
        """Tell whether it covers a UTC day."""
        return self.starts <= day < self.ends

    def covers(self, geography: Geography, region: str, resource: str) -> bool:
        """Tell whether it matches provisioned deployments of a resource."""
        here = region_name(self.region) == region_name(region) and self.scope in (SHARED, resource)
        return here and self.geography is geography


def is_provisioned(deployment_type: str) -> bool:
    """Tell whether a deployment type is one of provisioned throughput."""
    offer = offer_of(deployment_type)
    return offer is not None and offer.billing is Billing.PROVISIONED
