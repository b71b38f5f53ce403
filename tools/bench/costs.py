"""Cost reports, forecasts and budgets over 30 days of 60 series with several price cells each."""

import json
import statistics
import time
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import product

from tools.apphost import HostOptions
from tools.bench.figure import Figure
from tools.serve import LocalApp, running_app

_DAYS = 30
_HOURS = 24
_ASKED = 21
_TICKS = 3
_TREND = "/api/v1/models/gpt-5/cost-trend?days=30"
_FORECAST = "/api/v1/costs/forecast?horizon_days=30"
_MODELS = ("gpt-5", "gpt-5-mini", "gpt-4.1", "gpt-4o")
_DEPLOYMENTS = ("a", "b", "c")
_APPLICATIONS = ("shop", "docs", "mail", "chat", "ops")
# Tier served, input tokens, error: each combination is a price cell of its own.
_CELLS = (
    ("default", 1_200, None),
    ("default", 180_000, None),
    ("priority", 1_200, None),
    ("default", 900, "timeout"),
)
_QUESTIONS = {
    "": 100.0,
    "model,deployment,application": 100.0,
    "day,model,deployment,application": 100.0,
    "hour": None,
}


def measure() -> list[Figure]:
    """Return how long cost reports take."""
    with running_app(options=HostOptions(timers=False)) as app:
        _call(app, "/api/v1/deployments/cap", _CAPACITY, "PUT")
        for batch in _batches():
            _call(app, "/api/v1/requests", {"requests": batch})
        series = len(_MODELS) * len(_DEPLOYMENTS) * len(_APPLICATIONS)
        _roll_up(app, _DAYS * _HOURS * series * len(_CELLS))
        costs = [
            Figure(f"costs of 30 days x {series} series by {asked or 'nothing'}", ms, "ms", target)
            for asked, target in _QUESTIONS.items()
            for ms in [_asked_ms(app, f"/api/v1/costs?range=30d&group_by={asked}")]
        ]
        return [*costs, *_spend(app, series)]


def _spend(app: LocalApp, series: int) -> list[Figure]:
    """Return how long it takes to look ahead, and to hold budgets against what was spent."""
    over = f"30 days x {series} series"
    without_ms = _tick_ms(app)
    for at, application in enumerate(_APPLICATIONS):
        budget = {"amount_usd": "1e9", "scope": {"application": application}}
        _call(app, f"/api/v1/budgets/b{at}", budget, "PUT")
    first_ms, with_ms = _ran_ms(app, "evaluate_alerts"), _tick_ms(app)
    return [
        Figure(f"cost trend and plan, {over}", _asked_ms(app, _TREND), "ms"),
        Figure(f"forecast, {over}", _asked_ms(app, _FORECAST), "ms", 1_000),
        Figure(f"a budget and how it stands, {over}", _asked_ms(app, "/api/v1/budgets/b0"), "ms"),
        Figure("hourly watch of spend", statistics.median(_watched(app)), "ms", 5_000),
        Figure("tick of alerting without budgets", without_ms, "ms"),
        Figure("first tick with 5 budgets", first_ms, "ms"),
        Figure("tick with 5 budgets, 25 rules", with_ms, "ms"),
    ]


def _watched(app: LocalApp) -> list[float]:
    return [_ran_ms(app, "watch_spend") for _ in range(3)]


def _tick_ms(app: LocalApp) -> float:
    """Return the median of ticks, each of a minute of its own."""
    taken: list[float] = []
    for _ in range(_TICKS):
        time.sleep(60 - time.time() % 60)
        _call(app, "/admin/functions/rollup", {"input": ""})
        taken.append(_ran_ms(app, "evaluate_alerts"))
    return statistics.median(taken)


def _ran_ms(app: LocalApp, function: str) -> float:
    began_s = time.perf_counter()
    _call(app, f"/admin/functions/{function}", {"input": ""})
    return (time.perf_counter() - began_s) * 1e3


_CAPACITY = {"model": "gpt-5", "type": "GlobalProvisionedManaged", "ptu": 50, "region": "eastus2"}


def _batches() -> Iterator[list[dict[str, object]]]:
    """Yield one batch an hour: every series in every cell."""
    first = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(days=_DAYS)
    for hour in range(_DAYS * _HOURS):
        start = (first + timedelta(hours=hour, minutes=1)).isoformat()
        yield [
            {
                "model": model,
                "deployment": f"{model}-{deployment}",
                "application": application,
                "start_time": start,
                "duration_ms": 800.0,
                "input_tokens": sent,
                "cached_input_tokens": sent // 3,
                "output_tokens": 200,
                "service_tier": tier,
                "error_type": error,
            }
            for model, deployment, application, (tier, sent, error) in product(
                _MODELS, _DEPLOYMENTS, _APPLICATIONS, _CELLS
            )
        ]


def _roll_up(app: LocalApp, requests: int) -> None:
    while True:
        _call(app, "/admin/functions/rollup", {"input": ""})
        found = json.loads(_call(app, "/api/v1/costs?range=2678400"))
        if found["requests"] >= requests:
            return


def _asked_ms(app: LocalApp, path: str) -> float:
    taken: list[float] = []
    for _ in range(_ASKED):
        began_s = time.perf_counter()
        _call(app, path)
        taken.append((time.perf_counter() - began_s) * 1e3)
    return statistics.median(taken[1:])


def _call(app: LocalApp, path: str, body: object = None, method: str | None = None) -> bytes:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{app.url}{path}", data, method=method)
    request.add_header("content-type", "application/json")
    with urllib.request.urlopen(request, timeout=300) as answer:
        found: bytes = answer.read()
    return found
