"""GET routes over time: ranges, reports, models with slashes, the summary."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.e2e.api import Api, ago, metric, request

pytestmark = [pytest.mark.e2e, pytest.mark.azurite]


def minutes_between(answer: dict[str, Any]) -> float:
    start, end = (datetime.fromisoformat(answer[name]) for name in ("start", "end"))
    return (end - start).total_seconds() / 60


@pytest.mark.parametrize(
    ("text", "minutes"),
    [("5m", 5), ("1h", 60), ("24h", 1440), ("7d", 10_080), ("30d", 43_200), ("90", 1.5)],
)
def test_a_range_ends_now_and_covers_whole_minutes(api: Api, text: str, minutes: float) -> None:
    answer = api.seen("v1/models", range=text)
    assert minutes <= minutes_between(answer) <= minutes + 2
    assert answer["time_range_seconds"] == minutes_between(answer) * 60
    assert answer["start"].endswith(":00Z")
    assert answer["end"].endswith(":00Z")
    assert abs(datetime.fromisoformat(answer["end"]) - datetime.now(UTC)) < timedelta(minutes=2)


def test_start_floors_and_end_ceils_to_minutes(api: Api) -> None:
    answer = api.seen("v1/models", start="2026-11-20T10:00:59+02:00", end="2026-11-20T08:05:01Z")
    assert (answer["start"], answer["end"]) == ("2026-11-20T08:00:00Z", "2026-11-20T08:06:00Z")
    assert answer["time_range_seconds"] == 360


def test_an_end_is_now_unless_given(api: Api) -> None:
    answer = api.seen("v1/models", start=ago(minutes=10))
    assert 10 <= minutes_between(answer) <= 12


@pytest.mark.parametrize(
    ("query", "place"),
    [
        ({"range": "0"}, "range"),
        ({"range": "-5"}, "range"),
        ({"range": "2w"}, "range"),
        ({"range": "5m", "start": "2026-11-20T08:00:00Z"}, "range"),
        ({"start": "2026-11-20T08:00:00"}, "start"),
        ({"start": "yesterday"}, "start"),
        ({"end": "2026-11-20T08:00:00Z"}, "start"),
        ({"start": "2026-11-20T08:00:00Z", "end": "2026-11-20T07:00:00Z"}, "start"),
        ({"range": str(6 * 366 * 86_400)}, "range"),
    ],
)
def test_a_range_that_is_none_is_refused_by_name(
    api: Api, query: dict[str, str], place: str
) -> None:
    answer = api.get("v1/models", **query)
    assert answer.status == 400
    assert [each["path"] for each in answer.json()["error"]["details"]] == [place]


def test_data_through_is_the_last_minute_rolled_up(api: Api) -> None:
    assert api.requests([request("through")]).status == 202
    api.run("rollup")
    through = datetime.fromisoformat(api.seen("v1/models")["data_through"])
    assert timedelta(seconds=29) <= datetime.now(UTC) - through <= timedelta(minutes=3)


def test_a_report_is_what_plain_arithmetic_says(api: Api) -> None:
    ok = [
        request("plain", duration_ms=float(ms), input_tokens=ms, output_tokens=2, deployment="a")
        for ms in range(1, 101)
    ]
    bad = [
        request("plain", duration_ms=900.0, error_type="timeout", application="bot"),
        request("plain", duration_ms=100.0, status_code=429),
    ]
    assert api.requests(ok + bad).status == 202
    report = api.report("plain")
    assert report["model_name"] == "plain"
    assert report["total_requests"] == 102
    assert (report["successful_requests"], report["failed_requests"]) == (100, 2)
    assert report["error_rate"] == 2 / 102
    assert report["errors_by_type"] == {"timeout": 1, "http_429": 1}
    assert report["errors_by_class"] == {"timeout": 1, "quota": 1}
    assert report["avg_response_time_ms"] == 50.5
    assert (report["min_response_time_ms"], report["max_response_time_ms"]) == (1, 100)
    for name, exact in (("p5", 5), ("p50", 50), ("p95", 95), ("p99", 99)):
        assert report[f"{name}_response_time_ms"] == pytest.approx(exact, rel=0.01)
    assert report["avg_failed_response_time_ms"] == 500
    assert (report["total_input_tokens"], report["total_output_tokens"]) == (5050, 200)
    assert report["total_tokens"] == 5250
    assert report["avg_tokens_per_request"] == 52.5
    assert report["missing_usage_requests"] == 2
    assert 0 < report["quantile_relative_error"] < 0.01
    assert api.report("plain", deployment="a")["total_requests"] == 100
    assert api.report("plain", application="bot")["total_requests"] == 1


def test_a_model_of_which_all_requests_failed_is_reported(api: Api) -> None:
    failed = [request("all-failed", error_type="server_error", duration_ms=5.0)] * 3
    assert api.requests(failed).status == 202
    report = api.report("all-failed")
    assert (report["error_rate"], report["successful_requests"]) == (1, 0)
    assert report["avg_response_time_ms"] is None
    assert report["p95_response_time_ms"] is None
    assert report["avg_failed_response_time_ms"] == 5
    listed = {line["model"]: line for line in api.seen("v1/models")["models"]}
    assert listed["all-failed"]["p95_response_time_ms"] is None


def test_a_model_nobody_used_has_no_data(api: Api) -> None:
    report = api.report("never-heard-of")
    assert (report["model_name"], report["no_data"]) == ("never-heard-of", True)


@pytest.mark.parametrize("model", ["org/model:1", "ünïcode", "100%", "a b", "a%2Fb", "-"])
def test_a_model_of_any_name_has_a_route(api: Api, model: str) -> None:
    assert api.requests([request(model)]).status == 202
    named = api.seen("v1/models/-/report", model=model)
    assert (named["model_name"], named["total_requests"]) == (model, 1)


@pytest.mark.parametrize("model", ["org/model:2", "çok", "50%", "a c"])
def test_a_model_stands_percent_encoded_in_its_route(api: Api, model: str) -> None:
    assert api.requests([request(model)]).status == 202
    assert api.report(model)["total_requests"] == 1


def test_a_route_that_names_no_model_says_where_to_name_it(api: Api) -> None:
    answer = api.get("v1/models/-/report")
    assert (answer.status, answer.json()["error"]["details"][0]["path"]) == (400, "model")


def test_models_are_listed_with_their_deployments(api: Api) -> None:
    records = [
        request("listed", deployment=name, input_tokens=3, output_tokens=4) for name in ("y", "x")
    ]
    assert api.requests([*records, request("listed", error_type="boom")]).status == 202
    line = next(m for m in api.seen("v1/models")["models"] if m["model"] == "listed")
    assert line["deployments"] == ["listed", "x", "y"]
    assert (line["total_requests"], line["total_tokens"]) == (3, 14)
    assert line["error_rate"] == 1 / 3


def test_the_summary_counts_values_increments_and_minutes(api: Api) -> None:
    before = api.seen("v1/summary", range="1h", model="summed")
    assert (before["unique_metrics"], before["total_metrics"]) == (0, 0)
    ok = [request("summed", duration_ms=50.0, input_tokens=7, output_tokens=1)] * 3
    assert api.requests([*ok, request("summed", error_type="boom")]).status == 202
    assert api.metrics([metric("summary_gauge")]).status == 202
    summary = api.seen("v1/summary", range="1h", model="summed")
    found = summary["metric_breakdown"]
    assert found["model_requests_total"]["count"] == 4
    assert found["model_response_time"]["count"] == 3
    assert found["model_response_time"]["avg_value"] == 50
    assert found["model_response_time"]["hourly_avg"] == 50
    assert found["model_response_time"]["daily_avg"] == 50
    assert found["model_error_rate"]["avg_value"] == 0.25
    assert "mixed" not in found["model_requests_total"]
    assert summary["unique_metrics"] == len(found)
    assert summary["total_metrics"] == sum(line["count"] for line in found.values())
    everything = api.seen("v1/summary", range="1h")["metric_breakdown"]
    assert everything["model_requests_total"]["mixed"] is True
    assert everything["summary_gauge"]["count"] == 1
