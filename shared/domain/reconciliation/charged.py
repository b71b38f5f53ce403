"""A row of a cost export: what was charged on one UTC day, for what, and how much of it."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum


class Format(StrEnum):
    """Whose columns an export has."""

    FOCUS = "focus"
    COST_MANAGEMENT = "cost_management"


class Kind(StrEnum):
    """What sort of charge it is."""

    USAGE = "usage"
    PURCHASE = "purchase"
    CREDIT = "credit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Charged:
    """One row.

    Attributes:
        day: the UTC day.
        meter: its free-text name.
        product: of the meter; empty where it is not told.
        service: of the resource, as `Foundry Models`.
        resource: name of the Azure resource, lower case; empty where none is named.
        cost_usd: below 0 for what is given back.
        quantity: tokens or hours; None where the unit is not told.
        plain: the same if the unit only names the price's block; None where that is certain.
        kind: usage, a purchase, or a credit, refund, tax or adjustment.
        reserved: whether an owned reservation covers it.
    """

    day: date
    meter: str
    product: str
    service: str
    resource: str
    cost_usd: Decimal
    quantity: Decimal | None
    plain: Decimal | None = None
    kind: Kind = Kind.USAGE
    reserved: bool = False


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that could not be read.

    Attributes:
        line: of the file, the header is 1.
        reason: what was expected and what came.
    """

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Rows in a currency that is not compared."""

    currency: str
    rows: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Export:
    """A cost export as it was read.

    Attributes:
        format: whose columns it has.
        rows: those that were read, in US dollars.
        rejects: those that could not be.
        left_out: those in other currencies, by currency.
    """

    format: Format
    rows: list[Charged] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
