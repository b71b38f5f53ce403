"""POST /api/v1/requests: what is accepted, what is refused, and how the answer says so."""

from typing import Any

import pytest

from tests.e2e.api import Api, ago, request, zipped

pytestmark = [pytest.mark.e2e, pytest.mark.azurite]

EVERY_FIELD = {
    "request_id": "r-1",
    "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736",
    "conversation_id": "c-1",
    "agent": "planner",
    "model_version": "2025-08-07",
    "resource": "aoai-west",
    "deployment": "mini-prod",
    "deployment_served": "mini-spill",
    "provider": "azure.ai.openai",
    "operation": "chat",
    "application": "checkout-bot",
    "environment": "prod",
    "prompt_version": "7",
    "user": "hashed on arrival",
    "duration_ms": 812.5,
    "time_to_first_token_ms": 210.0,
    "input_tokens": 1200,
    "output_tokens": 200,
    "cached_input_tokens": 400,
    "cache_write_tokens": 0,
    "reasoning_tokens": 64,
    "error_type": None,
    "status_code": 200,
    "finish_reason": "stop",
    "service_tier": "default",
    "attempt": 1,
    "retry_after_ms": None,
    "request_bytes": 5120,
    "response_bytes": 840,
    "stream": False,
    "temperature": None,
    "max_tokens": 1000,
    "reasoning_effort": "low",
    "sample_weight": 1,
    "prompt_hash": "digest of the prompt, never the prompt",
    "prefix_hash": "digest of its first 1,024 tokens",
    "operation_key": "groups the retries of one call",
    "tags": {"team": "web"},
}


def faults_of(answer: Any) -> list[tuple[str, str]]:
    return [(each["path"], each["reason"]) for each in answer.json()["error"]["details"]]


def test_the_whole_record_of_the_contract_is_accepted(api: Api) -> None:
    answer = api.requests([request("whole", **EVERY_FIELD)], "whole-1")
    assert answer.status == 202
    assert answer.json() == {
        "batch_id": "whole-1",
        "accepted": 1,
        "rejected": [],
        "duplicate": False,
        "unknown_fields": {},
    }


def test_without_a_batch_id_one_is_made(api: Api) -> None:
    first, second = (api.requests([request("no-id")]).json() for _ in range(2))
    assert first["batch_id"] != second["batch_id"]
    assert api.report("no-id")["total_requests"] == 2


def test_bad_records_are_named_and_the_others_are_stored(api: Api) -> None:
    good, bad = request("some-bad"), request("some-bad", duration_ms=-5)
    answer = api.requests([good, good, good, bad])
    assert answer.status == 207
    assert answer.json()["accepted"] == 3
    assert answer.json()["rejected"] == [
        {
            "index": 3,
            "path": "requests[3].duration_ms",
            "reason": "expected a number >= 0, got -5",
        }
    ]
    assert api.report("some-bad")["total_requests"] == 3


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        pytest.param({"model": ""}, "model", id="empty model"),
        pytest.param({"model": "x" * 257}, "model", id="long model"),
        pytest.param({"model": "a\u0007b"}, "model", id="control character"),
        pytest.param({"start_time": "2026-11-23T10:00:00"}, "start_time", id="naive time"),
        pytest.param({"start_time": ago(minutes=-30)}, "start_time", id="ahead"),
        pytest.param({"start_time": ago(days=34, minutes=2)}, "start_time", id="too old"),
        pytest.param({"duration_ms": None}, "duration_ms", id="no duration"),
        pytest.param({"duration_ms": 7 * 86_400_000 + 1}, "duration_ms", id="over a week"),
        pytest.param({"input_tokens": 1.5}, "input_tokens", id="half a token"),
        pytest.param({"input_tokens": 2**53 + 1}, "input_tokens", id="too many tokens"),
        pytest.param(
            {"input_tokens": 5, "cached_input_tokens": 6}, "cached_input_tokens", id="cached"
        ),
        pytest.param({"output_tokens": 5, "reasoning_tokens": 6}, "reasoning_tokens", id="reason"),
        pytest.param({"tags": {f"t{n}": "x" for n in range(9)}}, "tags", id="nine tags"),
        pytest.param({"status_code": 600}, "status_code", id="status"),
    ],
)
def test_a_batch_with_nothing_valid_is_refused_by_field(
    api: Api, fields: dict[str, Any], path: str
) -> None:
    answer = api.requests([request("refused") | fields])
    assert answer.status == 400
    assert answer.json()["error"]["code"] == "invalid_input"
    assert [place for place, _ in faults_of(answer)] == [f"requests[0].{path}"]
    assert api.report("refused")["no_data"] is True


@pytest.mark.parametrize("missing", ["model", "start_time", "duration_ms"])
def test_required_fields_are_required(api: Api, missing: str) -> None:
    record = {name: value for name, value in request("lacking").items() if name != missing}
    answer = api.requests([record])
    assert (answer.status, faults_of(answer)) == (
        400,
        [(f"requests[0].{missing}", "required, but missing")],
    )


def test_a_batch_up_to_the_limit_is_stored_whole(api: Api) -> None:
    answer = api.requests([request("many")] * 5000)
    assert (answer.status, answer.json()["accepted"]) == (202, 5000)
    assert api.report("many")["total_requests"] == 5000


def test_one_record_beyond_the_limit_is_refused(api: Api) -> None:
    answer = api.requests([request("too-many")] * 5001)
    assert answer.status == 400
    assert faults_of(answer) == [("requests", "expected at most 5000 items, got 5001")]


@pytest.mark.parametrize("compressed", [False, True])
def test_more_than_4_mib_decompressed_is_too_large(api: Api, *, compressed: bool) -> None:
    body = {"requests": [request("large")], "padding": "x" * (4 << 20)}
    if compressed:
        answer = api.post("v1/requests", zipped(body), headers={"content-encoding": "gzip"})
    else:
        answer = api.post("v1/requests", body)
    assert (answer.status, answer.json()["error"]["code"]) == (413, "too_large")


def test_gzip_is_read(api: Api) -> None:
    body = zipped({"requests": [request("zipped")]})
    assert api.post("v1/requests", body, headers={"content-encoding": "gzip"}).status == 202
    assert api.report("zipped")["total_requests"] == 1


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        ({"content-type": "text/plain"}, b"{}", 415),
        ({"content-encoding": "br"}, b"{}", 415),
        ({"content-encoding": "gzip"}, b"not gzip", 400),
        ({}, b"{", 400),
        ({}, b"[]", 400),
        ({}, b"{}", 400),
        ({}, b'{"requests": []}', 400),
        ({}, b'{"requests": 5}', 400),
        ({}, b'{"requests": [5]}', 400),
        ({}, b"\xff\xfe", 400),
        ({}, b"", 400),
    ],
)
def test_what_is_no_batch_at_all_is_refused(
    api: Api, headers: dict[str, str], body: bytes, status: int
) -> None:
    answer = api.post("v1/requests", body, headers=headers)
    assert answer.status == status
    assert answer.headers["content-type"].startswith("application/json")
    assert answer.json()["error"].keys() == {"code", "message", "details"}


def test_unknown_fields_are_stored_past_and_named(api: Api) -> None:
    answer = api.requests([request("extra", foo=1), request("extra", foo=2, bar=3)])
    assert answer.status == 202
    assert answer.json()["unknown_fields"] == {"foo": 2, "bar": 1}


def test_strict_refuses_unknown_fields(api: Api) -> None:
    answer = api.requests([request("strict"), request("strict", foo=1)], strict="true")
    assert answer.status == 207
    assert answer.json()["rejected"] == [
        {"index": 1, "path": "requests[1].foo", "reason": "unknown field"}
    ]
