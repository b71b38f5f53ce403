"""Means and estimates of US dollars as answers show them: decimal strings without exponents."""

from decimal import Decimal

from shared.domain.price.charge import EXACT
from shared.domain.price.money import usd_text

_ESTIMATE_DIGITS = 6
_MEAN_PLACES = Decimal("1e-10")


def usd_mean(amount: Decimal, count: int) -> str:
    """Return an amount over a count of at least 1, to ten places."""
    mean = EXACT.divide(amount, Decimal(count))
    return usd_text(mean.quantize(_MEAN_PLACES, context=EXACT))


def usd_estimate(amount: float) -> str:
    """Return an estimate: six significant digits, and cents of what is larger."""
    if abs(amount) >= 10**_ESTIMATE_DIGITS:
        return f"{amount:.2f}"
    return usd_text(Decimal(f"{amount:.{_ESTIMATE_DIGITS}g}"))
