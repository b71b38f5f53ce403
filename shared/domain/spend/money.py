"""US dollars as answers show them: decimal strings without exponents."""

from decimal import Decimal

from shared.domain.price.charge import EXACT

_ESTIMATE_DIGITS = 6
_MEAN_PLACES = Decimal("1e-10")


def usd(amount: Decimal) -> str:
    """Return an exact amount, every digit of it."""
    return f"{amount:f}"


def usd_mean(amount: Decimal, count: int) -> str:
    """Return an amount over a count of at least 1, to ten places."""
    mean = EXACT.divide(amount, Decimal(count)).quantize(_MEAN_PLACES, context=EXACT)
    return f"{mean:f}".rstrip("0").rstrip(".") or "0"


def usd_estimate(amount: float) -> str:
    """Return an estimate: six significant digits, and cents of what is larger."""
    whole = Decimal(f"{amount:.{_ESTIMATE_DIGITS}g}")
    return f"{amount:.2f}" if abs(amount) >= 10**_ESTIMATE_DIGITS else f"{whole:f}"
