"""Cost plans over 30 days of 60 series with traffic in every minute, after rollup and digests."""

import json
import statistics
import time
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import batched

from tools.apphost import HostOptions
from tools.bench.figure import Figure
from tools.serve import LocalApp, running_app

_DAYS = 30
_MINUTES = _DAYS * 1440
_BATCH = 5_000
_ASKED = 6
_MODELS = ("gpt-5", "gpt-5-mini", "gpt-4.1", "gpt-4.1-mini")
_DEPLOYMENTS = ("a", "b", "c")
_APPLICATIONS = ("shop", "docs", "mail", "chat", "ops")


def measure() -> list[Figure]:
    """Return how long cost plans take."""
    with running_app(options=HostOptions(timers=False)) as app:
        for name in _APPLICATIONS:
            known = {"max_delay_s": 90_000 if name == "docs" else 1, "residency": "global"}
            _call(app, f"/api/v1/applications/{name}", known, "PUT")
        for model in _MODELS:
            for deployment in _DEPLOYMENTS:
                config = {"model": model, "type": "GlobalStandard", "region": "eastus2"}
                _call(app, f"/api/v1/deployments/{model}-{deployment}", config, "PUT")
        records = _records()
        for batch in batched(records, _BATCH, strict=False):
            _call(app, "/api/v1/requests", {"requests": batch})
        _prepare(app)
        series = len(_MODELS) * len(_DEPLOYMENTS) * len(_APPLICATIONS)
        return [
            Figure(f"plan of all models, 30 days x {series} series", _asked_s(app, ""), "s", 1.0),
            Figure("plan of one of four models", _asked_s(app, f"models/{_MODELS[0]}/"), "s", 1.0),
        ]


def _records() -> Iterator[dict[str, object]]:
    """Yield a request a minute and deployment, its applications taking turns."""
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    for minute in range(_MINUTES):
        start = (today - timedelta(minutes=_MINUTES - minute)).isoformat()
        for at, model in enumerate(_MODELS):
            for deployment in _DEPLOYMENTS:
                yield {
                    "model": model,
                    "deployment": f"{model}-{deployment}",
                    "application": _APPLICATIONS[minute % len(_APPLICATIONS)],
                    "start_time": start,
                    "duration_ms": 900.0,
                    "input_tokens": 1_000 + minute * 7 % 9_000 * (at + 1),
                    "cached_input_tokens": 500,
                    "output_tokens": 100 + minute * 13 % 900,
                    "max_tokens": 2_000,
                    "finish_reason": "stop",
                    "prompt_hash": f"p{minute % 700}",
                    "prefix_hash": f"q{minute % 11}",
                    "operation_key": f"k{minute}{model}{deployment}",
                }


def _prepare(app: LocalApp) -> None:
    """Roll up and build digests until nothing is left to do."""
    wanted = _MINUTES * len(_MODELS) * len(_DEPLOYMENTS)
    while json.loads(_call(app, "/api/v1/costs?range=2678400"))["requests"] < wanted:
        _call(app, "/admin/functions/rollup", {"input": ""})
    while json.loads(_call(app, "/api/v1/cost-plan"))["days_digested"] < _DAYS:
        _call(app, "/admin/functions/build_digests", {"input": ""})


def _asked_s(app: LocalApp, where: str) -> float:
    taken: list[float] = []
    for _ in range(_ASKED):
        began_s = time.perf_counter()
        _call(app, f"/api/v1/{where}cost-plan")
        taken.append(time.perf_counter() - began_s)
    return statistics.median(taken[1:])


def _call(app: LocalApp, path: str, body: object = None, method: str | None = None) -> bytes:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{app.url}{path}", data, method=method)
    request.add_header("content-type", "application/json")
    with urllib.request.urlopen(request, timeout=900) as answer:
        found: bytes = answer.read()
    return found
