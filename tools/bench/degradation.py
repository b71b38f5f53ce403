"""Whether a model is degraded, over 8 days of traffic of which the last half hour was slow."""

import json
import statistics
import time
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from shared.domain.timeline import BUCKET_M, DAY_M, minute_of
from tools.apphost import HostOptions
from tools.bench.figure import Figure
from tools.bench.load import Load, post
from tools.bench.records import Shape
from tools.serve import LocalApp, running_app

_DAYS = 8
_RECORDS = 100
_ASKED = 21
_CHECKED = 3
_MODEL = "gpt-5-mini"
_SLOW = 3_000
_SLOW_M = 30


def measure() -> list[Figure]:
    """Return how long the answer takes, and the hourly run that learns and checks."""
    with running_app(options=HostOptions(timers=False)) as app:
        first, length_m = minute_of(datetime.now(UTC)) - _DAYS * DAY_M, _DAYS * DAY_M
        batches = length_m // BUCKET_M
        load = Load(app.host.port, 8, batches, Shape.PLAIN, first, length_m, _RECORDS)
        if (refused := post(load).refused) > 0:
            raise RuntimeError(f"{refused} posts were refused")
        _slow_down(app)
        _learn(app, batches * _RECORDS)
        if not _degradation(app)["degradation_detected"]:
            raise RuntimeError("the slow half hour was not found")
        answer_ms = _median_ms(lambda: _degradation(app), _ASKED)
        deep_ms = _median_ms(lambda: _degradation(app, "?deep=true"), _ASKED)
        hourly_ms = _median_ms(lambda: _run(app, "compute_baselines"), _CHECKED)
    return [
        Figure("degradation found, dated and explained", answer_ms, "ms", 100),
        Figure("the same with prompt versions", deep_ms, "ms"),
        Figure("the hourly run: baselines of all, check of all", hourly_ms, "ms"),
    ]


def _slow_down(app: LocalApp) -> None:
    now = datetime.now(UTC)
    records = [
        {
            "model": _MODEL,
            "deployment": "mini-prod",
            "start_time": (now - timedelta(minutes=_SLOW_M * (at + 1) / _SLOW)).isoformat(),
            "duration_ms": 9_000.0 + at % 7,
            "input_tokens": 600,
            "output_tokens": 240 + at % 31,
        }
        for at in range(_SLOW)
    ]
    _call(f"{app.url}/api/v1/requests", json.dumps({"requests": records}).encode())


def _learn(app: LocalApp, records: int) -> None:
    total = 0
    while total < records:
        _run(app, "rollup")
        models = json.loads(_call(f"{app.url}/api/v1/models?range={(_DAYS + 1) * 86_400}"))
        total = sum(line["total_requests"] for line in models["models"])
    # What waits is counted as well: one run more rolls up whatever is left.
    for timer in ("rollup", "rollup", "compute_baselines"):
        _run(app, timer)


def _degradation(app: LocalApp, query: str = "") -> dict[str, object]:
    found: dict[str, object] = json.loads(
        _call(f"{app.url}/api/v1/models/{_MODEL}/degradation{query}")
    )
    return found


def _run(app: LocalApp, timer: str) -> None:
    _call(f"{app.url}/admin/functions/{timer}", b'{"input": ""}')


def _median_ms(measured: Callable[[], object], times: int) -> float:
    taken: list[float] = []
    for _ in range(times):
        began_s = time.perf_counter()
        measured()
        taken.append((time.perf_counter() - began_s) * 1e3)
    return statistics.median(taken[1:])


def _call(url: str, body: bytes | None = None) -> bytes:
    headers = {"content-type": "application/json"}
    asked = urllib.request.Request(url, body, headers)
    with urllib.request.urlopen(asked, timeout=600) as answer:
        found: bytes = answer.read()
    return found
