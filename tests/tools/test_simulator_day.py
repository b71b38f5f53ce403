"""The simulated day: deterministic, within the contract, with its incidents really in the data."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import numpy as np
import pytest

from shared.domain.record.checks import request_faults
from shared.domain.record.columns import columns_of
from shared.domain.record.decoding import BatchDecoder
from shared.domain.record.request import RequestRecord
from tools.simulator import Incident, Traffic, incidents, simulate

END = datetime(2026, 11, 23, 21, 0, tzinfo=UTC)
DAY = timedelta(hours=24)
MINUTE = timedelta(minutes=1)

CONTRACT_FIELDS = {
    "request_id",
    "trace_id",
    "model",
    "model_version",
    "resource",
    "deployment",
    "provider",
    "operation",
    "application",
    "environment",
    "prompt_version",
    "user",
    "start_time",
    "duration_ms",
    "time_to_first_token_ms",
    "input_tokens",
    "output_tokens",
    "cached_input_tokens",
    "reasoning_tokens",
    "error_type",
    "status_code",
    "finish_reason",
    "attempt",
    "retry_after_ms",
    "stream",
    "max_tokens",
    "reasoning_effort",
    "service_tier",
    "prompt_hash",
    "prefix_hash",
    "operation_key",
    "tags",
}


@pytest.fixture(scope="module")
def day() -> Traffic:
    return simulate(END - DAY, END)


@pytest.fixture(scope="module")
def requests(day: Traffic) -> list[dict[str, Any]]:
    return day.records()


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


def test_a_day_has_the_promised_number_of_requests(day: Traffic) -> None:
    assert 150_000 <= len(day) <= 250_000


def test_a_weekend_day_has_it_too() -> None:
    sunday = datetime(2026, 11, 22, 23, 59, tzinfo=UTC)
    assert 150_000 <= len(simulate(sunday - DAY, sunday)) <= 250_000


def test_the_same_seed_gives_the_same_bytes() -> None:
    first, second = (simulate(END - 30 * MINUTE, END, seed=7) for _ in range(2))
    assert list(first.posts()) == list(second.posts())
    assert first.measurements == second.measurements


def test_another_seed_gives_other_bytes_and_other_batch_ids() -> None:
    ids = [
        {post.batch_id for post in simulate(END - DAY / 48, END, seed=s).posts()} for s in (1, 2)
    ]
    assert ids[0].isdisjoint(ids[1])


def test_scale_multiplies_the_number_of_requests() -> None:
    small, large = (
        len(simulate(END - DAY / 12, END, scale=scale, script=())) for scale in (0.5, 2.0)
    )
    assert 3.7 < large / small < 4.3


def test_a_naive_time_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        simulate(datetime(2026, 11, 23), END)  # noqa: DTZ001


def test_a_record_names_only_fields_of_the_contract(requests: list[dict[str, Any]]) -> None:
    assert set().union(*(request.keys() for request in requests)) == CONTRACT_FIELDS


def test_the_app_s_own_checks_accept_every_record() -> None:
    decoder = BatchDecoder("requests", RequestRecord)
    for post in simulate(END - DAY / 8, END).posts():
        decoded = decoder.decode(post.body, strict=True)
        assert decoded.rejected == []
        assert request_faults(decoded.items, columns_of(decoded.items, b"key")) == []


def test_parts_never_exceed_their_whole(requests: list[dict[str, Any]]) -> None:
    assert not [r for r in requests if r.get("cached_input_tokens", 0) > r.get("input_tokens", 0)]
    assert not [r for r in requests if r.get("reasoning_tokens", 0) > r.get("output_tokens", 0)]
    assert not [r for r in requests if r.get("time_to_first_token_ms", 0) > r["duration_ms"]]
    assert not [r for r in requests if r.get("output_tokens", 0) > r.get("max_tokens", 10**9)]


def test_counts_and_durations_are_numbers_in_range(requests: list[dict[str, Any]]) -> None:
    assert all(type(r["duration_ms"]) is float and 0 < r["duration_ms"] < 3e5 for r in requests)
    tokens = [r[name] for r in requests for name in r if name.endswith("_tokens")]
    assert {type(value) for value in tokens} == {int}
    assert min(tokens) >= 0


def test_every_request_lies_in_the_period_and_they_come_in_the_order_they_ended(
    requests: list[dict[str, Any]],
) -> None:
    ends = [ended(request) for request in requests]
    assert max(ends) <= END
    assert ends == sorted(ends)
    assert min(request["start_time"] for request in requests) >= "2026-11-22T21:00:00.000Z"


def test_request_ids_are_unique(requests: list[dict[str, Any]]) -> None:
    assert len({request["request_id"] for request in requests}) == len(requests)


def test_failures_have_no_usage_and_successes_no_error(requests: list[dict[str, Any]]) -> None:
    failed = [request for request in requests if "error_type" in request]
    assert failed
    assert not [r for r in failed if "output_tokens" in r or r.get("status_code") == 200]
    assert {r["status_code"] for r in requests if "error_type" not in r} == {200}


def test_a_retry_shares_its_operation_key_with_the_failure_before_it(
    requests: list[dict[str, Any]],
) -> None:
    chains: dict[str, list[int]] = {}
    for request in requests:
        if "operation_key" in request:
            chains.setdefault(request["operation_key"], []).append(request["attempt"])
    assert len(chains) > 100
    assert sum(attempts == [1, 2] for attempts in chains.values()) >= len(chains) - 1


def test_answers_are_cut_off_prompts_repeat_and_caches_are_met(
    requests: list[dict[str, Any]],
) -> None:
    cut_off = sum(request.get("finish_reason") == "length" for request in requests)
    cached = sum(request.get("cached_input_tokens", 0) > 0 for request in requests)
    prompts = {request["prompt_hash"] for request in requests}
    assert cut_off > 100
    assert cached > len(requests) / 10
    assert len(prompts) < 0.85 * len(requests)


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


def test_posts_hold_every_record_within_the_contract_s_limits() -> None:
    traffic = simulate(END - DAY / 8, END)
    posts = list(traffic.posts(batch_size=5000))
    sent = [r for post in posts for r in msgspec.json.decode(post.body)["requests"]]
    assert sent == traffic.records()
    assert all(len(post.body) <= 4 * 2**20 and post.records <= 5000 for post in posts)
    assert all(len(post.batch_id) <= 64 for post in (*posts, *traffic.measurements))
