"""The simulated day: deterministic, and within the contract."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from shared.domain.record.checks import request_faults
from shared.domain.record.columns import columns_of
from shared.domain.record.decoding import BatchDecoder
from shared.domain.record.request import RequestRecord
from tools.simulator import Traffic, simulate

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


def ended(request: dict[str, Any]) -> datetime:
    start = datetime.fromisoformat(request["start_time"])
    return start + timedelta(milliseconds=request["duration_ms"])


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


def test_posts_hold_every_record_within_the_contract_s_limits() -> None:
    traffic = simulate(END - DAY / 8, END)
    posts = list(traffic.posts(batch_size=5000))
    sent = [r for post in posts for r in msgspec.json.decode(post.body)["requests"]]
    assert sent == traffic.records()
    assert all(len(post.body) <= 4 * 2**20 and post.records <= 5000 for post in posts)
    assert all(len(post.batch_id) <= 64 for post in (*posts, *traffic.measurements))
