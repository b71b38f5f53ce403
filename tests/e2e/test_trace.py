"""A recorded hour of real traffic, posted over HTTP, reported as plain arithmetic says.

The trace is Microsoft's Azure LLM inference trace of 2023 (code), CC-BY-4.0; it names no model and
has no latency, so both are drawn from a seed. The file is read where present: the environment
variable TRACE names it.
"""

import csv
import math
import os
import statistics
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import batched
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.e2e.api import Api, Json, zipped

REPOSITORY = Path(__file__).parents[2]
TRACE = Path(
    os.environ.get("TRACE")
    or REPOSITORY.parent / "shared" / "data" / "AzureLLMInferenceTrace_code.csv"
)
pytestmark = [
    pytest.mark.e2e,
    pytest.mark.azurite,
    pytest.mark.skipif(not TRACE.is_file(), reason="the recorded trace is not here"),
]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MODELS = ("trace/gpt-5-mini", "trace/gpt-4.1")
QUANTILES = {"p5": 0.05, "p50": 0.5, "p95": 0.95, "p99": 0.99}


@dataclass(frozen=True, slots=True)
class Row:
    """A request of the trace with what the trace lacks."""

    number: int
    start: datetime
    duration_us: int
    model: str
    deployment: str
    input_tokens: int
    output_tokens: int
    error_type: str | None

    @property
    def minute(self) -> int:
        """The minute it ended in."""
        end_us = (self.start - EPOCH) // timedelta(microseconds=1) + self.duration_us
        return end_us // 60_000_000

    def json(self) -> Json:
        return {
            "request_id": f"trace-{self.number}",
            "model": self.model,
            "deployment": self.deployment,
            "start_time": self.start.isoformat(),
            "duration_ms": self.duration_us / 1000,
            "input_tokens": self.input_tokens,
            "output_tokens": self.output_tokens,
            "error_type": self.error_type,
        }


def read_trace(newest: datetime) -> list[Row]:
    """Return the trace, moved so that its last request ends before `newest`."""
    chance = Random(20231116)
    with TRACE.open(newline="") as file:
        lines = list(csv.DictReader(file))
    times = [datetime.fromisoformat(line["TIMESTAMP"][:26]).replace(tzinfo=UTC) for line in lines]
    shift = newest - times[-1] - timedelta(minutes=5)
    rows = []
    for number, (time, line) in enumerate(zip(times, lines, strict=True)):
        tokens = int(line["GeneratedTokens"])
        latency_s = (0.2 + 0.03 * tokens) * chance.lognormvariate(0, 0.3)
        rows.append(
            Row(
                number,
                time + shift,
                round(min(latency_s, 200) * 1e6),
                MODELS[chance.random() < 0.3],
                chance.choice(("east", "west")),
                int(line["ContextTokens"]),
                tokens,
                "timeout" if chance.random() < 0.02 else None,
            )
        )
    return rows


@pytest.fixture(scope="module")
def trace(api: Api) -> list[Row]:
    """Post the trace and roll it up."""
    rows = read_trace(datetime.now(UTC))
    for number, part in enumerate(batched(rows, 3000, strict=False)):
        body = {"batch_id": f"trace-{number}", "requests": [row.json() for row in part]}
        for _ in range(2):
            answer = api.post("v1/requests", zipped(body), headers={"content-encoding": "gzip"})
            assert (answer.status, answer.json()["accepted"]) == (202, len(part))
        if number == 1:
            api.run("rollup")
    api.run("rollup")
    return rows


def test_the_trace_is_the_recorded_hour(trace: list[Row]) -> None:
    assert len(trace) > 1000
    assert trace[-1].start - trace[0].start > timedelta(minutes=50)


@pytest.mark.parametrize("where", [{}, {"deployment": "east"}, {"deployment": "west"}])
@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("cut", [(0.0, 1.0), (0.0, 0.31), (0.17, 0.83), (0.5, 0.54), (0.9, 1.0)])
def test_a_report_is_what_a_spreadsheet_would_say(
    api: Api, trace: list[Row], cut: tuple[float, float], model: str, where: dict[str, str]
) -> None:
    first, last = min(r.minute for r in trace), max(r.minute for r in trace) + 1
    start, end = (first + round(share * (last - first)) for share in cut)
    mine = [
        row
        for row in trace
        if start <= row.minute < end
        and row.model == model
        and row.deployment == where.get("deployment", row.deployment)
    ]
    report = api.report(model, start=as_time(start, 0), end=as_time(end, 0), **where)
    assert mine
    assert report["time_range_seconds"] == (end - start) * 60
    assert_same(report, mine)


def as_time(minute: int, seconds: int) -> str:
    return (EPOCH + timedelta(minutes=minute, seconds=seconds)).isoformat()


def assert_same(report: dict[str, Any], rows: list[Row]) -> None:
    """Claim that a report is exact in what is counted and within 1 % in quantiles."""
    good = sorted(row.duration_us / 1000 for row in rows if row.error_type is None)
    assert report["total_requests"] == len(rows)
    assert report["successful_requests"] == len(good)
    assert report["error_rate"] == (len(rows) - len(good)) / len(rows)
    assert report["total_input_tokens"] == sum(row.input_tokens for row in rows)
    assert report["total_output_tokens"] == sum(row.output_tokens for row in rows)
    assert report["duplicates"] == 0
    assert report["avg_response_time_ms"] == pytest.approx(statistics.fmean(good), rel=1e-12)
    assert (report["min_response_time_ms"], report["max_response_time_ms"]) == (good[0], good[-1])
    for name, share in QUANTILES.items():
        exact = good[math.ceil(share * len(good)) - 1]
        assert report[f"{name}_response_time_ms"] == pytest.approx(exact, rel=0.01)


def test_bounds_within_a_minute_take_in_the_whole_minute(api: Api, trace: list[Row]) -> None:
    minute = trace[len(trace) // 2].minute
    report = api.report(MODELS[0], start=as_time(minute, 59), end=as_time(minute + 2, 1))
    inside = [r for r in trace if minute <= r.minute < minute + 3 and r.model == MODELS[0]]
    assert_same(report, inside)


def test_the_list_of_models_has_the_totals_of_the_trace(api: Api, trace: list[Row]) -> None:
    found = api.seen("v1/models", range="24h")["models"]
    listed = {line["model"]: line for line in found if line["model"] in MODELS}
    for model in MODELS:
        mine = [row for row in trace if row.model == model]
        assert listed[model]["total_requests"] == len(mine)
        assert listed[model]["total_tokens"] == sum(r.input_tokens + r.output_tokens for r in mine)
        assert listed[model]["deployments"] == ["east", "west"]


def test_a_chart_adds_up_to_the_trace(api: Api, trace: list[Row]) -> None:
    found = api.seen(
        "v1/series",
        metric="model_requests_total",
        aggregation="sum",
        filter=f"model:{MODELS[0]}",
        start=as_time(min(r.minute for r in trace), 0),
        end=as_time(max(r.minute for r in trace) + 1, 0),
    )
    per_minute = [value or 0 for _, value in found["series"][0]["points"]]
    minutes = [row.minute for row in trace if row.model == MODELS[0]]
    first = min(row.minute for row in trace)
    assert per_minute == [minutes.count(first + at) for at in range(len(per_minute))]
