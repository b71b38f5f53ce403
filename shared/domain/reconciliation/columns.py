"""Where each fact stands in an export: names of columns, compared without case.

FOCUS as Azure exports it (1.0, 1.0r2, 1.2): 1.2 names the meter `SkuMeter` in place of
`x_SkuMeterName`. Cost Management files, actual or amortized: enterprise agreements write
`MeterName`, customer agreements `meterName`; the download of cost analysis has `UsageDate` and
`CostUSD`.
Sources: learn.microsoft.com/azure/cost-management-billing/dataset-schema/cost-usage-details-focus,
.../cost-usage-details-ea, .../cost-usage-details-mca
"""

from collections.abc import Sequence
from dataclasses import dataclass

from shared.domain.reconciliation.charged import Format
from shared.errors import InvalidInput

_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of one format; of several names the first that is there counts."""

    day: tuple[str, ...]
    cost: tuple[str, ...]
    currency: tuple[str, ...]
    meter: tuple[str, ...]
    usd: tuple[str, ...]
    product: tuple[str, ...]
    service: tuple[str, ...]
    resource: tuple[str, ...]
    kind: tuple[str, ...]
    quantity: tuple[str, ...]
    unit: tuple[str, ...]
    block: tuple[str, ...]
    reserved: tuple[str, ...]


FOCUS = Columns(
    day=("chargeperiodstart",),
    cost=("billedcost",),
    currency=("billingcurrency",),
    meter=("skumeter", "x_skumetername"),
    usd=("x_billedcostinusd",),
    product=("x_skumetersubcategory", "x_skudescription"),
    service=("servicename", "x_skumetercategory"),
    resource=("resourceid", "resourcename"),
    kind=("chargecategory",),
    quantity=("pricingquantity",),
    unit=("x_pricingunitdescription", "pricingunit"),
    block=("x_pricingblocksize",),
    reserved=("commitmentdiscountid",),
)
COST_MANAGEMENT = Columns(
    day=("date", "usagedate", "usagedatetime"),
    cost=("costinbillingcurrency", "cost", "pretaxcost"),
    currency=("billingcurrency", "billingcurrencycode", "currency"),
    meter=("metername", "meter"),
    usd=("costinusd", "costusd"),
    product=("metersubcategory", "productname", "product"),
    service=("metercategory", "servicename", "consumedservice"),
    resource=("resourceid", "instanceid", "resourcename"),
    kind=("chargetype",),
    quantity=("quantity", "usagequantity"),
    unit=("unitofmeasure",),
    block=(),
    reserved=("reservationid",),
)
_NEEDED = ("day", "cost", "currency", "meter")


@dataclass(frozen=True, slots=True)
class Places:
    """The format of an export, and where each of its facts stands."""

    format: Format
    at: dict[str, int]


def places_of(header: Sequence[str]) -> Places:
    """Return where facts stand.

    Args:
        header: the names of the columns.

    Raises:
        InvalidInput: the columns are of neither format.
    """
    known = {name.strip().lower(): at for at, name in reversed([*enumerate(header)])}
    for form, columns in ((Format.FOCUS, FOCUS), (Format.COST_MANAGEMENT, COST_MANAGEMENT)):
        at = {
            fact: known[name]
            for fact in Columns.__slots__
            if (name := _first(getattr(columns, fact), known)) is not None
        }
        if all(fact in at for fact in _NEEDED):
            return Places(form, at)
    came = ", ".join(header[:_SHOWN])
    raise InvalidInput.at(
        "header",
        "expected the columns of FOCUS (ChargePeriodStart, BilledCost, BillingCurrency, SkuMeter "
        "or x_SkuMeterName) or of Cost Management (Date, CostInBillingCurrency, BillingCurrency, "
        f"MeterName), got {came!r:.300}",
    )


def _first(names: Sequence[str], known: dict[str, int]) -> str | None:
    return next((name for name in names if name in known), None)
