"""Reads and writes daily series as CSV: a header with `date` and `value`, then a row for each day.

Rows may come in any order, days may be absent and values empty or `nan`: those are holes. A date
may carry a time, which is left out. Other columns are passed over.
"""

import csv
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from pathlib import Path

from shared.domain.forecast.daily_series import LARGEST, DailySeries, daily_series
from shared.errors import InvalidInput

_DATE, _VALUE = "date", "value"


def read_daily(path: Path) -> DailySeries:
    """Return the series in a file.

    Raises:
        InvalidInput: a column, date or number is not as expected; names file, row and column.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            points = list(_points(path, csv.DictReader(file)))
    except (UnicodeDecodeError, csv.Error) as error:
        raise InvalidInput.at(str(path), f"expected CSV in UTF-8, got: {error}") from error
    try:
        return daily_series(points)
    except InvalidInput as error:
        raise InvalidInput(f"{path}: {error}", error.faults) from error


def write_rows(path: Path, header: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Write a header and rows, numbers with ten significant digits."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows([_shown(cell) for cell in row] for row in rows)


def _points(path: Path, reader: "csv.DictReader[str]") -> Iterator[tuple[date, float | None]]:
    _check_header(path, reader.fieldnames or ())
    seen: dict[date, int] = {}
    for row in reader:
        place = f"{path}: row {reader.line_num}, column"
        day = _day(f"{place} {_DATE}", row[_DATE] or "")
        if day in seen:
            reason = f"expected each day once, got {day} already in row {seen[day]}"
            raise InvalidInput.at(f"{place} {_DATE}", reason)
        seen[day] = reader.line_num
        yield day, _number(f"{place} {_VALUE}", row[_VALUE] or "")


def _check_header(path: Path, found: Sequence[str]) -> None:
    if not {_DATE, _VALUE} <= set(found):
        reason = f"expected the columns date,value, got {', '.join(found) or 'nothing'}"
        raise InvalidInput.at(f"{path}: row 1", reason)


def _day(place: str, text: str) -> date:
    try:
        return datetime.fromisoformat(text.strip()).date()
    except ValueError as error:
        raise InvalidInput.at(place, f"expected a date as 2026-11-23, got {text!r}") from error


def _number(place: str, text: str) -> float | None:
    if not text.strip():
        return None
    try:
        value = float(text)
    except ValueError as error:
        raise InvalidInput.at(place, f"expected a number or nothing, got {text!r}") from error
    if abs(value) > LARGEST:
        raise InvalidInput.at(place, f"expected at most {LARGEST:g}, got {text!r}")
    return value


def _shown(cell: object) -> object:
    return f"{cell:.10g}" if isinstance(cell, float) else cell
