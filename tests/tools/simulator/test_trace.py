"""A trace replayed: its times and tokens stay its own, everything else comes from the model."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tools.simulator import load_trace

END = datetime(2026, 11, 23, 21, 0, tzinfo=UTC)
ROWS = """TIMESTAMP,ContextTokens,GeneratedTokens
2023-11-16 18:17:03.9799600,4808,10
2023-11-16 18:17:04.0319600,3180,8
2023-11-16 18:19:04.5319600,110,27
"""


@pytest.fixture
def small(tmp_path: Path) -> Path:
    path = tmp_path / "small.csv"
    path.write_text(ROWS)
    return path


def test_times_move_together_and_end_a_minute_before_the_end(small: Path) -> None:
    starts = sorted(record["start_time"] for record in load_trace(small, END).records())
    assert starts == [
        "2026-11-23T20:56:59.448Z", "2026-11-23T20:56:59.500Z", "2026-11-23T20:59:00.000Z",
    ]  # fmt: skip


def test_token_counts_are_the_trace_s(small: Path) -> None:
    records = sorted(load_trace(small, END).records(), key=lambda record: record["start_time"])
    assert [(r["input_tokens"], r["output_tokens"]) for r in records] == [
        (4808, 10), (3180, 8), (110, 27),
    ]  # fmt: skip


def test_the_label_says_what_is_simulated(small: Path) -> None:
    label = load_trace(small, END, seed=3).label
    assert "small.csv (3 requests" in label
    assert "SIMULATED latency, errors" in label


def test_incidents_before_a_short_trace_are_left_out(small: Path) -> None:
    assert [incident.rule for incident in load_trace(small, END).incidents] == ["token_usage_rate"]


def test_the_same_seed_gives_the_same_bytes(small: Path) -> None:
    assert list(load_trace(small, END).posts()) == list(load_trace(small, END).posts())


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("TIMESTAMP,ContextTokens,GeneratedTokens\n", "no requests"),
        ("a,b\n1,2\n", "line 2"),
        (ROWS + "yesterday,1,2\n", "line 5"),
        (ROWS + "2023-11-16 18:19:05,many,2\n", "line 5"),
    ],
    ids=["empty", "other columns", "no time", "no number"],
)
def test_a_file_that_is_no_trace_is_refused_by_line(tmp_path: Path, text: str, reason: str) -> None:
    path = tmp_path / "bad.csv"
    path.write_text(text)
    with pytest.raises(ValueError, match=reason):
        load_trace(path, END)


@pytest.mark.skipif("TRACE" not in os.environ, reason="needs TRACE=path of the public trace")
def test_the_public_hour_keeps_all_its_requests_and_meets_every_incident() -> None:
    traffic = load_trace(Path(os.environ["TRACE"]), END)
    records = traffic.records()
    assert sum(record["attempt"] == 1 for record in records) == 8_819
    assert traffic.end - traffic.start < timedelta(hours=1)
    assert {incident.rule for incident in traffic.incidents} == {
        "model_response_time", "model_error_rate", "token_usage_rate",
        "cpu_utilization", "memory_utilization",
    }  # fmt: skip
