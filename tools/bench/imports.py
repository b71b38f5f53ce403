"""How long a fresh process takes to import the function app, and what that must not build."""

import statistics
import subprocess
import sys

from tools.apphost import REPOSITORY
from tools.bench.figure import Figure

_RUNS = 7
_CODE = """
import sys, time
began = time.perf_counter()
import function_app
taken = time.perf_counter() - began
heavy = [n for n in sys.modules if n.startswith(("azure.data", "azure.identity", "azure.monitor"))]
print(taken, len(heavy))
"""


def measure() -> list[Figure]:
    """Return the median import time and the number of client modules imported with it."""
    found = [_imported() for _ in range(_RUNS)]
    return [
        Figure("importing function_app", statistics.median(s for s, _ in found), "s", 0.6),
        Figure("modules of Azure clients imported with it", max(n for _, n in found), "", 0),
    ]


def _imported() -> tuple[float, int]:
    done = subprocess.run(
        [sys.executable, "-c", _CODE], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    seconds, heavy = done.stdout.split()
    return float(seconds), int(heavy)
