"""Forecasts any daily series with the forecaster of the app.

`python -m tools.forecast_series --in daily.csv --horizon 30 --out forecast.csv` reads columns
date,value and writes date,mean,lo80,hi80: a row for each day after the last known one, and a last
row `total` for their sum. The bands hold the actual day, and the actual total, in about 80 % of
cases. A day's mean is the middle of what may come, the total is expected on average: it is more
than the days add up to where bursts are usual.
"""

import argparse
import sys
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from shared.domain.forecast.forecasting import Forecast, forecast
from shared.errors import InvalidInput
from tools.daily_csv import read_daily, write_rows

_HEADER = ("date", "mean", "lo80", "hi80")
_WRONG_INPUT = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Forecast one file; return the exit code, 2 for input that cannot be used."""
    options = _parser().parse_args(arguments)
    try:
        series = read_daily(options.source)
        found = forecast(series, options.horizon, allow_negative=options.allow_negative)
        write_rows(options.out, _HEADER, _rows(found))
    except (InvalidInput, OSError) as error:
        print(error, file=sys.stderr)
        return _WRONG_INPUT
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--in", dest="source", type=Path, required=True, metavar="FILE", help="columns date,value"
    )
    parser.add_argument("--horizon", type=int, default=30, metavar="DAYS", help="default 30")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="what to write")
    parser.add_argument(
        "--allow-negative",
        action="store_true",
        help="let a series fall below zero for the first time",
    )
    return parser


def _rows(found: Forecast) -> list[tuple[object, ...]]:
    days = [found.first + timedelta(days=day) for day in range(len(found.mean))]
    bands = zip(found.mean.tolist(), found.lo80.tolist(), found.hi80.tolist(), strict=True)
    total = found.total(len(days))
    rows = [(day.isoformat(), *band) for day, band in zip(days, bands, strict=True)]
    return [*rows, ("total", total.mean, total.lo80, total.hi80)]


if __name__ == "__main__":
    sys.exit(main())
