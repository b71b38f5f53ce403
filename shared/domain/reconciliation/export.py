"""Reads a cost export: CSV with the columns of FOCUS or of Cost Management, row by row.

A row that cannot be read is named with its line and its reason, the others count. Amounts in
another currency than the US dollar count where the export states them in dollars too; else they are
named and left out.
"""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation

from shared.domain.reconciliation.charged import Charged, Export, Kind, LeftOut, Reject
from shared.domain.reconciliation.columns import Places, places_of
from shared.errors import InvalidInput

USD = "USD"
MOST_REJECTS = 1_000
_DATES = ("%m/%d/%Y", "%Y%m%d")
_UNIT = re.compile(r"\s*([0-9]+(?:\.[0-9]+)?)\s*([KM])?\b", re.IGNORECASE)
_TIMES = {"": 1, "K": 1_000, "M": 1_000_000}
_KINDS = {"usage": Kind.USAGE, "purchase": Kind.PURCHASE, "unusedreservation": Kind.USAGE}


def read_export(body: bytes) -> Export:
    """Return what an export says.

    Args:
        body: the file, UTF-8, with or without a byte order mark.

    Raises:
        InvalidInput: not UTF-8, not CSV, columns of neither format, or no row that can be read.
    """
    rows = _rows(body)
    header = next(rows, None)
    if header is None:
        raise InvalidInput.at("body", "expected a CSV file with a header, got nothing")
    places = places_of(header[1])
    export, others = Export(places.format), dict[str, LeftOut]()
    for line, fields in rows:
        if not any(fields):
            continue
        try:
            _take(fields, places, export, others)
        except ValueError as error:
            export.rejects.append(Reject(line, str(error)))
    export.left_out.extend(others[name] for name in sorted(others))
    if not export.rows and not export.left_out:
        found = "; ".join(f"line {each.line}: {each.reason}" for each in export.rejects[:3])
        raise InvalidInput.at("body", f"no row that can be read ({found or 'only a header'})")
    return export


def _rows(body: bytes) -> Iterator[tuple[int, list[str]]]:
    """Yield the last line of each row, and its fields."""
    try:
        reader = csv.reader(io.StringIO(body.decode("utf-8-sig"), newline=""), strict=True)
        for fields in reader:
            yield reader.line_num, fields
    except UnicodeDecodeError as error:
        reason = f"expected UTF-8 ({error.reason}); gzip needs Content-Encoding: gzip"
        raise InvalidInput.at("body", reason) from error
    except csv.Error as error:
        raise InvalidInput.at("body", f"expected CSV ({error})") from error


def _take(
    fields: Sequence[str], places: Places, export: Export, others: dict[str, LeftOut]
) -> None:
    """Add a row to what was read."""

    def text(fact: str) -> str:
        at = places.at.get(fact)
        return "" if at is None or at >= len(fields) else fields[at].strip()

    day, cost = _day(text("day")), _number("cost", text("cost"))
    currency = text("currency").upper()
    if currency != USD and text("usd"):
        cost, currency = _number("cost in US dollars", text("usd")), USD
    if currency != USD:
        before = others.get(currency, LeftOut(currency, 0, Decimal(0)))
        others[currency] = LeftOut(currency, before.rows + 1, before.amount + cost)
        return
    export.rows.append(
        Charged(
            day=day,
            meter=text("meter"),
            product=text("product"),
            service=text("service"),
            resource=text("resource").rstrip("/").rsplit("/", 1)[-1].lower(),
            cost_usd=cost,
            quantity=_quantity(text("quantity"), text("unit"), text("block")),
            plain=None if text("block") or not text("quantity") else Decimal(text("quantity")),
            kind=_KINDS.get(text("kind").lower(), Kind.CREDIT) if text("kind") else Kind.USAGE,
            reserved=bool(text("reserved")),
        )
    )


def _day(text: str) -> date:
    try:
        moment = datetime.fromisoformat(text)
        return (moment.astimezone(UTC) if moment.tzinfo else moment).date()
    except (ValueError, OverflowError):
        pass
    for form in _DATES:
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007
        except ValueError:
            continue
    raise ValueError(f"expected a day as 2026-11-23 or 11/23/2026, got {text!r:.40}")


def _number(what: str, text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation as error:
        raise ValueError(f"expected a number as {what}, got {text!r:.40}") from error
    if not number.is_finite():
        raise ValueError(f"expected a finite number as {what}, got {text!r:.40}")
    return number


def _quantity(text: str, unit: str, block: str) -> Decimal | None:
    """Return a quantity in single tokens or hours; None where it, or its unit, is not told."""
    if not text:
        return None
    amount = _number("quantity", text)
    if block:
        return amount * _number("block size", block)
    found = _UNIT.match(unit)
    if found is None:
        return None
    return amount * Decimal(found[1]) * _TIMES[(found[2] or "").upper()]
