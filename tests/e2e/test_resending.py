"""A batch sent again is stored once; a request reported twice counts once."""

import pytest

from tests.e2e.api import Api, ago, metric, request

pytestmark = [pytest.mark.e2e, pytest.mark.azurite]


def test_a_batch_sent_again_is_stored_once(api: Api) -> None:
    records = [request("again"), request("again", duration_ms=7.0)]
    first, second = (api.requests(records, "again-1") for _ in range(2))
    assert (first.status, first.json()["duplicate"]) == (202, False)
    assert (second.status, second.json()["duplicate"]) == (202, True)
    assert second.json()["accepted"] == 2
    assert api.report("again")["total_requests"] == 2


def test_the_order_of_fields_and_the_spelling_of_times_do_not_make_another_batch(api: Api) -> None:
    record = request("respelt")
    time = record["start_time"].replace("+00:00", "Z")
    turned = dict(reversed((record | {"start_time": time, "error_type": None}).items()))
    assert api.requests([record], "respelt-1").status == 202
    assert api.requests([turned], "respelt-1").json()["duplicate"] is True


def test_a_batch_id_used_for_other_content_is_a_conflict(api: Api) -> None:
    record = request("reused")
    assert api.requests([record], "reused-1").status == 202
    answer = api.requests([record | {"duration_ms": 101.0}], "reused-1")
    assert (answer.status, answer.json()["error"]["code"]) == (409, "conflict")
    assert "reused-1" in answer.json()["error"]["message"]
    assert api.report("reused")["total_requests"] == 1


@pytest.mark.parametrize("batch_id", ["", "a b", "x" * 65, "a/b", 5])
def test_a_batch_id_that_could_be_no_key_is_refused(api: Api, batch_id: object) -> None:
    answer = api.post("v1/requests", {"batch_id": batch_id, "requests": [request("odd")]})
    assert answer.status == 400
    assert [each["path"] for each in answer.json()["error"]["details"]] == ["batch_id"]


def test_a_request_reported_twice_counts_once_and_the_one_with_usage_wins(api: Api) -> None:
    record = request("twice", request_id="twice-1")
    assert api.requests([record]).status == 202
    api.run("rollup")
    assert api.requests([record | {"input_tokens": 30, "output_tokens": 4}]).status == 202
    report = api.report("twice")
    assert (report["total_requests"], report["duplicates"]) == (1, 1)
    assert (report["total_tokens"], report["missing_usage_requests"]) == (34, 0)
    api.run("rollup")
    again = api.report("twice")
    same = ("total_requests", "duplicates", "total_tokens", "missing_usage_requests")
    assert [again[name] for name in same] == [report[name] for name in same]


def test_metrics_sent_again_are_stored_once(api: Api) -> None:
    records = [metric("resent_jobs", kind="counter", value=3)]
    assert api.metrics(records, "resent-1").json()["duplicate"] is False
    assert api.metrics(records, "resent-1").json()["duplicate"] is True
    breakdown = api.seen("v1/summary")["metric_breakdown"]
    assert breakdown["resent_jobs"]["count"] == 1


def test_what_comes_late_is_in_the_report_at_once_and_after_the_rollup(api: Api) -> None:
    api.run("rollup")
    late = [request("late", start_time=ago(hours=hours)) for hours in (2, 30, 24 * 20)]
    assert api.requests(late).status == 202
    assert api.report("late", range="30d")["total_requests"] == 3
    api.run("rollup")
    assert api.report("late", range="30d")["total_requests"] == 3
    assert api.report("late", range="24h")["total_requests"] == 1
