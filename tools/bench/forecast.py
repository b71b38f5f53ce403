"""How well the forecaster does 30 days ahead, on seeded spend and on public series where there are.

`FORECAST_DATA=DIR python -m tools.bench forecast` reads DIR/*/*.csv (columns date,value; a folder
for each source), or `python -m tools.bench.forecast --data DIR` for this alone. Every other series,
in the order of their paths, is what head starts and the way members are combined were chosen on;
the members chosen first, and the constants of the bands, were chosen looking at both halves.
"""

import argparse
import os
import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from shared.domain.forecast.daily_series import DailySeries, filled
from shared.domain.forecast.forecasting import forecast
from shared.domain.packing import Floats
from tools.bench import plain_forecasts
from tools.bench.daily_spend import daily_spend
from tools.bench.figure import Figure, table
from tools.bench.rolling_origin import (
    HORIZON_DAYS,
    Window,
    cut,
    mean,
    scaled_error,
    weekly_change,
    windows,
)
from tools.daily_csv import read_daily

_SPEND_SERIES = 60
_BRIEF_DAYS = 28
_PUBLIC_TARGETS = (1.0, 1.08)
_LEAST_HELD = 0.75
_TIMED_DAYS, _TIMED_RUNS = 400, 20
_OTHERS: dict[str, Callable[[Floats], Floats]] = {
    "seasonal naive": plain_forecasts.seasonal_naive,
    "mean of 28 days": plain_forecasts.mean_of_month,
    "Theta": plain_forecasts.theta,
    "ETS(A,Ad,A)": plain_forecasts.damped_ets,
}


def measure() -> list[Figure]:
    """Return the errors and what the bands held, of spend and of public series."""
    spend = [daily_spend(seed) for seed in range(_SPEND_SERIES)]
    found = [_duration(), *_of_set("simulated spend", spend, (None, None))]
    folder = os.environ.get("FORECAST_DATA")
    if folder is None:
        print("  left out: public series, as FORECAST_DATA names no folder of them", flush=True)
        return found
    return [*found, *_public(Path(folder))]


def _public(folder: Path) -> list[Figure]:
    paths = sorted(folder.glob("*/*.csv"))
    if not paths:
        print(f"  left out: public series, as {folder} has no */*.csv", flush=True)
        return []
    series = [read_daily(path) for path in paths]
    fitted = _of_set("public, chosen half", series[::2], _PUBLIC_TARGETS)
    return fitted + _of_set("public, other half", series[1::2], _PUBLIC_TARGETS)


def _of_set(
    name: str, series: Sequence[DailySeries], targets: tuple[float | None, float | None]
) -> list[Figure]:
    """Return the scores of a set; the targets are for all history and for 28 days of it."""
    whole = [window for each in series for window in windows(each)]
    brief = [cut(window, _BRIEF_DAYS) for window in whole]
    print(f"  {name}: {len(series)} series, {len(whole)} windows", flush=True)
    return [
        *_scores(f"{name}, all history", whole, targets[0]),
        *_scores(f"{name}, 28 days", brief, targets[1]),
        Figure(f"{name}, 28 days, MASE by the scale of those days", _rescaled(brief), ""),
    ]


def _scores(name: str, of: Sequence[Window], target: float | None) -> list[Figure]:
    errors, days, totals = [], [], []
    for window in of:
        found = forecast(window.history, HORIZON_DAYS)
        total, known = found.total(HORIZON_DAYS), ~np.isnan(window.actual)
        inside = (found.lo80 <= window.actual) & (window.actual <= found.hi80)
        errors.append(scaled_error(window, found.mean))
        days.append(float(inside[known].mean()))
        actual = float(window.actual.sum())
        totals.append(float(total.lo80 <= actual <= total.hi80) if known.all() else np.nan)
    others = [
        Figure(f"{name}, MASE, {method}", mean([_error_of(path, window) for window in of]), "")
        for method, path in _OTHERS.items()
    ]
    return [
        Figure(f"{name}, MASE", mean(errors), "", target),
        Figure(f"{name}, days in their 80 % band", mean(days), "", _LEAST_HELD, at_least=True),
        Figure(f"{name}, totals in their 80 % band", mean(totals), "", _LEAST_HELD, at_least=True),
        *others,
    ]


def _error_of(path: Callable[[Floats], Floats], window: Window) -> float:
    return scaled_error(window, path(filled(window.history.values)))


def _rescaled(of: Sequence[Window]) -> float:
    errors = []
    for window in of:
        scale = weekly_change(window.history.values)
        error = scaled_error(window, forecast(window.history, HORIZON_DAYS).mean)
        errors.append(error * window.scale / scale if scale else np.nan)
    return mean(errors)


def _duration() -> Figure:
    days = DailySeries(daily_spend(0).first, np.resize(daily_spend(0).values, _TIMED_DAYS))
    taken = []
    for _ in range(_TIMED_RUNS):
        began = time.perf_counter()
        forecast(days, HORIZON_DAYS)
        taken.append((time.perf_counter() - began) * 1e3)
    return Figure("30-day forecast of 400 days", statistics.median(taken), "ms", 50)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, metavar="DIR", help="folder of */*.csv")
    data = parser.parse_args().data
    if data is not None:
        os.environ["FORECAST_DATA"] = str(data)
    print(f"\n{table(measure())}")
