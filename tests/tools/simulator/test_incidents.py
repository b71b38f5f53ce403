"""The incidents of the simulated day: over in time, and really in the data."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import numpy as np
import pytest

from tools.simulator import Incident, Traffic, incidents, simulate

END = datetime(2026, 11, 23, 21, 0, tzinfo=UTC)
DAY = timedelta(hours=24)
MINUTE = timedelta(minutes=1)


def ended(request: dict[str, Any]) -> datetime:
    start = datetime.fromisoformat(request["start_time"])
    return start + timedelta(milliseconds=request["duration_ms"])


def met(requests: list[dict[str, Any]], incident: Incident) -> list[dict[str, Any]]:
    """Return the requests to the incident's deployment that started while it lasted."""
    return [
        request
        for request in requests
        if request["deployment"] == incident.labels["deployment"]
        and incident.start <= datetime.fromisoformat(request["start_time"]) < incident.end
    ]


def named(day: Traffic, name: str) -> Incident:
    return next(incident for incident in day.incidents if incident.name == name)


def test_every_incident_is_over_twenty_minutes_before_the_end() -> None:
    assert all(END - incident.end >= 20 * MINUTE for incident in incidents(END))


def test_incidents_name_all_five_built_in_rules_and_one_of_the_demo() -> None:
    assert {incident.rule for incident in incidents(END)} == {
        "model_response_time", "model_error_rate", "token_usage_rate",
        "cpu_utilization", "memory_utilization", "traffic-spike",
    }  # fmt: skip


def test_the_error_burst_is_mixed_and_far_above_five_percent(
    day: Traffic, requests: list[dict[str, Any]]
) -> None:
    burst = met(requests, named(day, "errors-mini-prod"))
    errors = [request["error_type"] for request in burst if "error_type" in request]
    assert 0.2 < len(errors) / len(burst) < 0.4
    assert set(errors) == {"rate_limit_exceeded", "server_error", "timeout"}


def test_the_slow_hour_is_slow_and_the_rest_of_the_day_is_not(
    day: Traffic, requests: list[dict[str, Any]]
) -> None:
    incident = named(day, "slow-gpt5-prod")
    slow = [r["duration_ms"] for r in met(requests, incident) if "error_type" not in r]
    usual = [r["duration_ms"] for r in requests if r["deployment"] == "mini-prod"]
    assert np.mean(slow) > 7_000
    assert np.mean(usual) < 3_500


def test_the_quota_is_breached_while_the_backfill_runs(
    day: Traffic, requests: list[dict[str, Any]]
) -> None:
    incident = named(day, "quota-gpt41-legacy")
    quota = next(d.tpm_quota for d in day.deployments if d.name == "gpt41-legacy")
    burst = met(requests, incident)
    tokens = sum(r["input_tokens"] + r["max_tokens"] for r in burst if "input_tokens" in r)
    assert tokens / 30 > 0.9 * quota


def test_the_spike_passes_three_requests_a_second(
    day: Traffic, requests: list[dict[str, Any]]
) -> None:
    incident = named(day, "spike-embed-prod")
    lasts_s = (incident.end - incident.start).total_seconds()
    before_h = [
        r for r in requests if r["deployment"] == "embed-prod" and ended(r) < incident.start
    ]
    assert len(met(requests, incident)) / lasts_s > 4
    assert len(before_h) / (incident.start - day.start).total_seconds() < 1.5


@pytest.mark.parametrize(
    ("name", "usage", "threshold"),
    [
        ("cpu-vm-1", "cpu_utilization", 0.8),
        ("memory-vm-2", "memory_utilization", 0.85),
    ],
)
def test_a_host_is_above_the_threshold_in_its_incident_only(
    day: Traffic, name: str, usage: str, threshold: float
) -> None:
    incident = named(day, name)
    above = set()
    for post in day.measurements:
        body = msgspec.json.decode(post.body)
        if body.get("usage", {}).get(usage, 0) > threshold:
            above.add((body["resource"], datetime.fromisoformat(body["timestamp"])))
    assert {resource for resource, _ in above} == {incident.labels["resource"]}
    assert min(moment for _, moment in above) == incident.start
    assert max(moment for _, moment in above) < incident.end


def test_a_quiet_period_has_no_incident() -> None:
    quiet = simulate(END - DAY / 2, END, script=())
    errors = sum(error is not None for error in quiet.requests["error_type"])
    assert quiet.incidents == ()
    assert errors / len(quiet) < 0.01
