"""Scores a series for anomalies: `python -m tools.score_series --in series.csv --out scored.csv`.

Runs the app's own detector (`shared/domain/anomaly`) in the order of the rows, without look-ahead.
The file has a header with the columns `timestamp` and `value`; others are passed on. Timestamps are
ISO 8601 (without an offset they are UTC) or seconds, ms, us or ns since the epoch; they may repeat,
go back and have gaps. An empty value, `nan` or `null` is missing. Added are `score`, 0..1, `lower`
and `upper`, between which a value would not be an alert by itself; empty until one was seen.
"""

import argparse
import csv
import math
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from shared.domain.anomaly.detector import ALERT_SCORE, Detector, Scored
from shared.errors import InvalidInput

ADDED = ("score", "lower", "upper")
_MISSING = {"", "nan", "null", "none", "na"}
# Beyond these a number counts ms, us and ns: as seconds they would be years above 5000.
_FAR_S = 1e11
_UNITS = ((1e17, 1e9), (1e14, 1e6), (1e11, 1e3))


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the file.

    Attributes:
        cells: as read.
        time_s: seconds since the epoch.
        value: NaN where it is missing.
    """

    cells: list[str]
    time_s: float
    value: float


def read(path: Path) -> tuple[list[str], list[Row]]:
    """Return a file's header and rows.

    Raises:
        InvalidInput: the file is no such series; names file, row and column.
        OSError: the file cannot be read.
    """
    with path.open(newline="", encoding="utf-8-sig") as file:
        try:
            lines = csv.reader(file, strict=True)
            header = next(lines, [])
            return header, list(_rows(path, header, lines))
        except (csv.Error, UnicodeDecodeError) as error:
            raise InvalidInput.at(
                str(path), f"expected a CSV file in UTF-8, got {error}"
            ) from error


def score(rows: list[Row]) -> list[Scored]:
    """Return what each row is given."""
    detector = Detector()
    return [detector.score(row.time_s, row.value) for row in rows]


def write(path: Path, header: list[str], rows: list[Row], scored: list[Scored]) -> None:
    """Write the rows with what was added."""
    with path.open("w", newline="", encoding="utf-8") as file:
        lines = csv.writer(file, lineterminator="\n")
        lines.writerow([*header, *ADDED])
        for row, given in zip(rows, scored, strict=True):
            bounds = ("" if bound is None else f"{bound:.9g}" for bound in given[1:])
            lines.writerow([*row.cells, f"{given.score:.6f}", *bounds])


def _rows(path: Path, header: list[str], lines: Iterator[list[str]]) -> Iterator[Row]:
    names = [name.strip().lower() for name in header]
    for name in ("timestamp", "value"):
        if names.count(name) != 1:
            where, got = f"{path}, row 1", ", ".join(header) or "nothing"
            raise InvalidInput.at(where, f"expected one column {name}, got {got}")
    at_time, at_value = names.index("timestamp"), names.index("value")
    for number, cells in enumerate(lines, 2):
        if not cells:
            continue
        where = f"{path}, row {number}"
        if len(cells) != len(header):
            raise InvalidInput.at(where, f"expected {len(header)} columns, got {len(cells)}")
        time_s = _seconds(cells[at_time].strip(), where)
        yield Row(cells, time_s, _value(cells[at_value].strip(), where))


def _seconds(text: str, where: str) -> float:
    number = _number(text)
    if number is not None and math.isfinite(number):
        seconds = number / next((unit for above, unit in _UNITS if abs(number) >= above), 1.0)
        if abs(seconds) < _FAR_S:
            return seconds
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        expected = "expected an ISO 8601 time or a number since the epoch"
        raise InvalidInput.at(f"{where}, column timestamp", f"{expected}, got {text!r}") from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _value(text: str, where: str) -> float:
    if text.lower() in _MISSING:
        return math.nan
    number = _number(text)
    if number is None or not math.isfinite(number):
        raise InvalidInput.at(f"{where}, column value", f"expected a finite number, got {text!r}")
    return number


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def main() -> None:
    """Score one file into another."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--in", dest="source", type=Path, required=True, metavar="FILE")
    parser.add_argument("--out", dest="target", type=Path, required=True, metavar="FILE")
    options = parser.parse_args()
    try:
        header, rows = read(options.source)
        began_s = time.perf_counter()
        scored = score(rows)
        taken_s = time.perf_counter() - began_s
        write(options.target, header, rows, scored)
    except (InvalidInput, OSError) as error:
        raise SystemExit(str(error)) from None
    alerts = sum(given.score >= ALERT_SCORE for given in scored)
    print(
        f"{len(rows):,} values in {taken_s:.2f} s, "
        f"{alerts:,} of them alerts (score >= {ALERT_SCORE:g}): {options.target}"
    )


if __name__ == "__main__":
    main()
