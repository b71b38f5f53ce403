"""Billed against computed, by UTC day and subject, with the difference taken apart.

    residual = billed - computed
    missing telemetry = (tokens billed - tokens reported) x computed cost of a reported token
    price difference  = the rest, where both quantities are known

Where no quantity is billed, or nothing was computed at a price, the difference is named by what is
known, and what nothing explains is `unexplained`. A difference of a cent or less is rounding.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from shared.domain.plan.exact import ZERO, exactly
from shared.domain.price.model_name import ModelNames
from shared.domain.reconciliation.charged import Charged
from shared.domain.reconciliation.computed import Amount, Key
from shared.domain.reconciliation.subject import Subject, What, subject_of

ROUNDING = Decimal("0.01")


class Reason(StrEnum):
    """Why billed and computed differ."""

    MATCH = "match"
    ROUNDING = "rounding"
    MISSING_TELEMETRY = "missing_telemetry"
    UNBILLED_USAGE = "unbilled_usage"
    PRICE_DIFFERENCE = "price_difference"
    UNPRICED = "unpriced"
    OTHER_RESOURCES = "other_resources"
    RESERVATION_PURCHASE = "reservation_purchase"
    CREDIT = "credit"
    UNEXPLAINED = "unexplained"


_WHOLE = {
    What.OTHER: Reason.OTHER_RESOURCES,
    What.PURCHASE: Reason.RESERVATION_PURCHASE,
    What.CREDIT: Reason.CREDIT,
}


@dataclass(slots=True)
class Billed:
    """What an export charges for one subject on one day."""

    usd: Decimal = ZERO
    quantity: Decimal | None = ZERO
    plain: Decimal = ZERO
    meters: set[str] = field(default_factory=set)

    def add(self, charged: Charged) -> None:
        """Add a row; its quantity is lost where the row does not tell it."""
        self.usd += charged.cost_usd
        known = self.quantity is not None and charged.quantity is not None
        self.quantity = self.quantity + charged.quantity if known else None  # type: ignore[operator]
        other = charged.quantity if charged.plain is None else charged.plain
        self.plain += ZERO if other is None else other
        self.meters.add(charged.meter)

    def read_by(self, ours: Amount) -> Decimal | None:
        """Return the quantity, read in the way whose price is nearer to the computed one.

        A quantity of unit `1K` counts thousands in some files and tokens in others.
        """
        if self.quantity is None or not (self.usd and ours.usd and self.quantity and self.plain):
            return self.quantity
        price = abs(ours.usd / ours.quantity)

        def apart(quantity: Decimal) -> Decimal:
            ratio = abs(self.usd / quantity) / price
            return max(ratio, 1 / ratio)

        return min(self.quantity, self.plain, key=apart)


@dataclass(frozen=True, slots=True)
class Compared:
    """One subject on one day.

    Attributes:
        subject: what it is about.
        meters: names of the billed meters.
        billed: US dollars.
        computed: US dollars.
        parts: the difference, taken apart; they add up to it.
        reason: of the largest part.
    """

    key: Key
    meters: tuple[str, ...]
    billed: Decimal
    computed: Decimal
    parts: Mapping[Reason, Decimal]
    reason: Reason

    @property
    def residual(self) -> Decimal:
        """Return what is billed beyond what was computed."""
        return self.billed - self.computed


@exactly
def compared(
    rows: Iterable[Charged], computed: Mapping[Key, Amount], names: ModelNames
) -> list[Compared]:
    """Return every subject on every day, by day and name.

    Args:
        rows: of an export.
        computed: what was computed, of the days of the export only.
        names: how models are spelled.
    """
    billed: dict[Key, Billed] = {}
    for row in rows:
        billed.setdefault((row.day, subject_of(row, names)), Billed()).add(row)
    keys = sorted({*billed, *computed}, key=lambda key: (key[0], key[1].name, key[1].what))
    return [_compared(key, billed.get(key), computed.get(key)) for key in keys]


def _compared(key: Key, billed: Billed | None, amount: Amount | None) -> Compared:
    ours = amount or Amount()
    theirs = billed or Billed()
    parts = _parts(key[1], billed, amount)
    reason = max(parts, key=lambda each: abs(parts[each]), default=Reason.MATCH)
    return Compared(key, tuple(sorted(theirs.meters)), theirs.usd, ours.usd, parts, reason)


def _parts(subject: Subject, billed: Billed | None, amount: Amount | None) -> dict[Reason, Decimal]:
    ours, theirs = amount or Amount(), billed or Billed()
    residual = theirs.usd - ours.usd
    if not residual:
        return {}
    if subject.what in _WHOLE:
        return {_WHOLE[subject.what]: residual}
    if abs(residual) <= ROUNDING:
        return {Reason.ROUNDING: residual}
    if billed is None:
        return {Reason.UNBILLED_USAGE: residual}
    if amount is None or not ours.quantity:
        return {Reason.MISSING_TELEMETRY: residual}
    if ours.unpriced == ours.quantity:
        return {Reason.UNPRICED: residual}
    quantity = theirs.read_by(ours)
    if quantity is None:
        return {Reason.UNEXPLAINED: residual}
    return _taken_apart(residual, quantity, ours)


def _taken_apart(residual: Decimal, quantity: Decimal, ours: Amount) -> dict[Reason, Decimal]:
    usage = (quantity - ours.quantity) * ours.usd / ours.quantity
    parts = {
        Reason.MISSING_TELEMETRY if usage > 0 else Reason.UNBILLED_USAGE: usage,
        Reason.PRICE_DIFFERENCE: residual - usage,
    }
    return {reason: part for reason, part in parts.items() if part}
