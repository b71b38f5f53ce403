"""Reports over a day of 2.4 million records, after they were rolled up."""

import json
import statistics
import time
import urllib.request
from datetime import UTC, datetime

from shared.domain.timeline import DAY_M, minute_of
from tools.apphost import HostOptions
from tools.bench.figure import Figure
from tools.bench.load import Load, post
from tools.bench.records import BATCH_RECORDS, Shape
from tools.serve import LocalApp, running_app

_BATCHES = 2_400
_ASKED = 21
_MODEL = "gpt-5-mini"


def measure() -> list[Figure]:
    """Return how long reports over 24 hours and 5 minutes take, and how fast rollup was."""
    with running_app(options=HostOptions(timers=False)) as app:
        first = minute_of(datetime.now(UTC)) - DAY_M
        posted = post(Load(app.host.port, 8, _BATCHES, Shape.PLAIN, first, DAY_M))
        if posted.refused:
            raise RuntimeError(f"{posted.refused} posts were refused")
        rolled_s = _roll_up(app)
        day_ms = _asked_ms(app, "24h")
        recent_ms = _asked_ms(app, "5m")
    records = _BATCHES * BATCH_RECORDS
    return [
        Figure("report over 24 h of 2.4 million records", day_ms, "ms", 50),
        Figure("report over the last 5 minutes", recent_ms, "ms", 15),
        Figure("rollup of that day, all of it late", records / rolled_s, "records/s"),
    ]


def _roll_up(app: LocalApp) -> float:
    began_s = time.perf_counter()
    while True:
        _call(f"{app.url}/admin/functions/rollup", b'{"input": ""}')
        models = json.loads(_call(f"{app.url}/api/v1/models?range=90000"))["models"]
        if sum(line["total_requests"] for line in models) >= _BATCHES * BATCH_RECORDS:
            return time.perf_counter() - began_s


def _asked_ms(app: LocalApp, span: str) -> float:
    taken: list[float] = []
    for _ in range(_ASKED):
        began_s = time.perf_counter()
        _call(f"{app.url}/api/v1/models/{_MODEL}/report?range={span}")
        taken.append((time.perf_counter() - began_s) * 1e3)
    return statistics.median(taken[1:])


def _call(url: str, body: bytes | None = None) -> bytes:
    with urllib.request.urlopen(urllib.request.Request(url, body), timeout=300) as answer:
        found: bytes = answer.read()
    return found
