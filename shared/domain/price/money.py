"""Amounts of US dollars as text: exact, and never in exponent notation."""

import re
from datetime import date, time
from decimal import Decimal

from shared.domain.record.decode_words import shortened
from shared.domain.timeline import parse_rfc3339
from shared.errors import InvalidInput

MAX_DIGITS = 12
"""Of a price, before the point and after it."""

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def usd_text(amount: Decimal) -> str:
    """Return an amount as a decimal string without zeros at its end: `0.0125`, `10`, `0`."""
    text = f"{amount:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def checked_price(path: str, amount: Decimal) -> Decimal:
    """Return a price as it is.

    Raises:
        InvalidInput: not a finite number >= 0, or more than 12 digits on a side of its point.
    """
    if amount.is_finite() and amount >= 0:
        whole, _, part = usd_text(amount).partition(".")
        if len(whole) <= MAX_DIGITS and len(part) <= MAX_DIGITS:
            return amount
    reason = f"expected US dollars >= 0 with at most {MAX_DIGITS} digits before and after the point"
    raise InvalidInput.at(path, f"{reason}, got {shortened(str(amount))}")


def parse_day(path: str, text: str | None) -> date | None:
    """Return a UTC day written as `2026-03-01`, or as the time that begins it; None for None.

    Raises:
        InvalidInput: neither.
    """
    if text is None:
        return None
    try:
        moment = parse_rfc3339(f"{text}T00:00:00Z" if _DAY.fullmatch(text) else text)
    except ValueError as error:
        reason = f"expected a day, as 2026-03-01, got {shortened(text)}"
        raise InvalidInput.at(path, reason) from error
    if moment.time() != time.min:
        raise InvalidInput.at(path, f"prices change at midnight UTC, got {shortened(text)}")
    return moment.date()
