"""What a part of an hour, a day or a term costs, so that parts add up exactly to the whole.

A third of a dollar has no end. So the cost of the minutes from a to b is C(b) - C(a), with C(m) the
amount times m / whole, cut after 12 digits: whatever the cuts, the parts add up to the amount.
"""

from decimal import ROUND_FLOOR, Decimal

from shared.domain.price.charge import EXACT

DIGITS = Decimal("1E-12")


def cut(amount: Decimal) -> Decimal:
    """Return an amount without what lies beyond 12 digits, towards minus infinity."""
    return amount.quantize(DIGITS, ROUND_FLOOR, EXACT)


def upto(amount: Decimal, part: int, whole: int) -> Decimal:
    """Return what the first `part` of `whole` equal parts of an amount come to."""
    wholes, rest = divmod(part, whole)
    share = cut(EXACT.divide(EXACT.multiply(amount, Decimal(rest)), Decimal(whole)))
    return EXACT.add(EXACT.multiply(amount, Decimal(wholes)), share)


def prorated(amount: Decimal, first: int, end: int, whole: int) -> Decimal:
    """Return what the parts [first, end) cost where every `whole` of them cost an amount.

    Args:
        amount: of a whole, US dollars.
        first: the first part, counted from the beginning of some whole.
        end: the part after the last.
        whole: parts of a whole, as 60 minutes of an hour.
    """
    return EXACT.subtract(upto(amount, end, whole), upto(amount, first, whole))
