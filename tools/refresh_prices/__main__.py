"""Holds the Azure Retail Prices API against the price book, and adds what differs where told to.

`python -m tools.refresh_prices` shows how the prices of Foundry Models differ from the book that
comes with the app; with `--app URL`, from that app's. It writes nothing without `--apply`. With it,
what differs is put into that app's book, or added to the table that is deployed with the app. Exit
code: 0 done, 1 the API or the app cannot be read.
"""

import argparse
import csv
import json
import os
import sys
import time
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

from shared.adapters.azure_price_table import COLUMNS, TABLE, table_rows
from shared.adapters.list_prices import published_prices
from shared.domain.price.model_name import model_names
from shared.domain.price.price_book import price_book
from tools.refresh_prices.app_book import AppBook, AppError
from tools.refresh_prices.differences import Difference, differences, differences_today
from tools.refresh_prices.reading import Reading, read_rows
from tools.refresh_prices.report import report
from tools.refresh_prices.retail import API, RetailError, Row, fetch_rows

_BY = "refresh_prices"
_FAILED = 1


def main(arguments: Sequence[str] | None = None) -> int:
    """Refresh once; return the exit code."""
    options = _parser().parse_args(arguments)
    today = datetime.now(UTC).date()
    app = AppBook(options.app, options.key) if options.app else None
    try:
        rows = _rows(options)
        reading = read_rows(rows, model_names(published_prices().spellings), read_on=today)
        found = _found(reading, app, today)
        for line in report(reading, found, every=options.all):
            print(line)
        if found and not options.apply:
            print("nothing written; --apply adds what differs")
        elif found:
            print(_apply(found, app, options.table))
    except (RetailError, AppError, OSError) as error:
        print(error, file=sys.stderr)
        return _FAILED
    return 0


def _rows(options: argparse.Namespace) -> list[Row]:
    if options.source:
        rows: list[Row] = json.loads(options.source.read_bytes(), parse_float=Decimal)
        return rows
    rows = fetch_rows(options.url, wait=time.sleep, told=lambda line: print(line, file=sys.stderr))
    if options.save:
        options.save.write_text(json.dumps(rows, default=float))
    return rows


def _found(reading: Reading, app: AppBook | None, today: date) -> list[Difference]:
    """Return what differs: from the book that is deployed on any day, from an app's today."""
    if app is None:
        return differences(reading.prices, price_book(*published_prices().layers))
    return differences_today(reading.prices, price_book(app.prices(today)), today)


def _apply(found: Sequence[Difference], app: AppBook | None, table: Path) -> str:
    if app is not None:
        for each in found:
            app.put(each.read, by=_BY)
        return f"{len(found)} prices put into the app's book"
    with table.open("a", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writerows(table_rows(each.read for each in found))
    return f"{len(found)} prices added to {table.name}: review and commit it"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--app", metavar="URL", help="a running app, whose book is meant")
    parser.add_argument(
        "--key",
        default=os.environ.get("MONITOR_KEY", ""),
        help="its function key; MONITOR_KEY unless given",
    )
    parser.add_argument("--apply", action="store_true", help="add what differs")
    parser.add_argument("--all", action="store_true", help="name everything, however much")
    parser.add_argument("--url", default=API, help="where the API is")
    parser.add_argument("--save", type=Path, metavar="FILE", help="keep the rows that were read")
    parser.add_argument(
        "--from", dest="source", type=Path, metavar="FILE", help="rows kept earlier, not the API"
    )
    parser.add_argument("--table", type=Path, default=TABLE, help=argparse.SUPPRESS)
    return parser


if __name__ == "__main__":
    sys.exit(main())
