"""Runs the benchmarks: `python -m tools.bench [NAME ...]`, all of them unless named.

Every figure is a median, measured on this machine in this run; a target that is missed is printed,
not failed.
"""

import argparse
import os
import platform
from collections.abc import Callable
from datetime import UTC, datetime

from tools.bench import (
    advice,
    alarms,
    anomaly,
    backtest,
    baselines,
    burn_rates,
    costs,
    degradation,
    digests,
    erasure,
    forecast,
    imports,
    ingest,
    plan,
    reports,
    rules,
    scale,
    scoring,
    singles,
    spend,
    storage,
    trends,
)
from tools.bench.figure import Figure, table

MEASUREMENTS: dict[str, Callable[[], list[Figure]]] = {
    "ingest": ingest.measure,
    "singles": singles.measure,
    "reports": reports.measure,
    "rules": rules.measure,
    "burn_rates": burn_rates.measure,
    "costs": costs.measure,
    "plan": plan.measure,
    "backtest": backtest.measure,
    "baselines": baselines.measure,
    "digests": digests.measure,
    "erasure": erasure.measure,
    "advice": advice.measure,
    "forecast": forecast.measure,
    "trends": trends.measure,
    "spend": spend.measure,
    "anomaly": anomaly.measure,
    "scoring": scoring.measure,
    "alarms": alarms.measure,
    "degradation": degradation.measure,
    "storage": storage.measure,
    "scale": scale.measure,
    "imports": imports.measure,
}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(MEASUREMENTS))
    names = parser.parse_args().names or list(MEASUREMENTS)
    unknown = [name for name in names if name not in MEASUREMENTS]
    if unknown:
        parser.error(f"unknown: {', '.join(unknown)}; there are {', '.join(MEASUREMENTS)}")
    load = os.getloadavg()[0]
    print(
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {os.cpu_count()} cores, load {load:.1f}, "
        f"Python {platform.python_version()}\n",
        flush=True,
    )
    figures: list[Figure] = []
    for name in names:
        print(f"measuring {name} ...", flush=True)
        figures += MEASUREMENTS[name]()
    print(f"\n{table(figures)}")


if __name__ == "__main__":
    main()
