"""Sessions, quality, resources, deployments and rules, over HTTP from end to end."""

import pytest

from shared.domain.rule.builtin import BUILTIN_RULES
from tests.e2e.api import Api, ago, request

pytestmark = [pytest.mark.e2e, pytest.mark.azurite]


def test_a_session_becomes_one_request_however_often_it_is_completed(api: Api) -> None:
    started = api.post("v1/requests/start", {"model": "session", "input_tokens": 9})
    assert started.status == 201
    path = f"v1/requests/{started.json()['session_id']}/complete"
    for duplicate in (False, True):
        answer = api.post(path, {"output_tokens": 4})
        assert (answer.status, answer.json()["duplicate"]) == (202, duplicate)
    assert api.post(path, {"output_tokens": 5}).status == 409
    report = api.report("session")
    assert (report["total_requests"], report["total_tokens"]) == (1, 13)
    assert 0 <= report["avg_response_time_ms"] < 60_000


def test_a_session_nobody_started_is_unknown(api: Api) -> None:
    unknown = "20261123100000-0123456789abcdef"
    for session_id in (unknown, "nonsense"):
        assert api.post(f"v1/requests/{session_id}/complete", {}).status == 404


def test_scores_become_metrics_of_their_model(api: Api) -> None:
    body = {"model": "judged", "scores": {"groundedness": 0.8}, "evaluator": "e2e"}
    for score in (0.8, 0.4):
        answer = api.post("v1/quality", body | {"scores": {"groundedness": score}})
        assert answer.status == 202, answer
    found = api.seen(
        "v1/series",
        metric="model_quality_groundedness",
        filter="model:judged",
        aggregation="avg",
        step_s=3600,
        start=ago(minutes=30),
        end=ago(minutes=-30),
    )
    assert found["series"][0]["points"][0][1] == pytest.approx(0.6)


def test_the_usage_of_a_resource_is_a_metric_of_that_name(api: Api) -> None:
    body = {"resource": "vm-e2e", "usage": {"cpu_utilization": 0.71, "disk_utilization": 0.2}}
    assert api.post("v1/resources", body).status == 202
    found = api.seen("v1/series", metric="cpu_utilization", group_by="resource", aggregation="max")
    levels = {
        each["labels"]["resource"]: max(v for _, v in each["points"] if v is not None)
        for each in found["series"]
    }
    assert levels["vm-e2e"] == 0.71


@pytest.mark.parametrize("path", ["v1/quality", "v1/resources"])
def test_a_report_with_a_batch_id_says_when(api: Api, path: str) -> None:
    usage = {"resource": "vm", "usage": {"cpu_utilization": 0.5}}
    scores = {"model": "judged", "scores": {"tone": 0.5}}
    body = scores if path == "v1/quality" else usage
    refused = api.post(path, body | {"batch_id": "untimed"})
    assert (refused.status, refused.json()["error"]["details"][0]["path"]) == (400, "timestamp")


def test_a_quota_gives_a_usage_rate_and_without_it_there_is_none(api: Api) -> None:
    record = request("quota", deployment="quota-e2e", input_tokens=300, output_tokens=100)
    assert api.requests([record]).status == 202
    query = {
        "metric": "token_usage_rate",
        "filter": "deployment:quota-e2e",
        "aggregation": "max",
        "range": "5m",
    }
    assert api.seen("v1/series", **query)["series"] == []
    assert api.put("v1/deployments/quota-e2e", {"tpm_quota": 1000}).status in (200, 201)
    (found,) = api.seen("v1/series", **query)["series"]
    assert [value for _, value in found["points"] if value is not None] == [0.4]
    assert api.delete("v1/deployments/quota-e2e").status == 204
    assert api.get("v1/deployments/quota-e2e").status == 404


def test_a_rule_is_created_replaced_and_deleted(api: Api) -> None:
    rule = {"metric": "model_response_time", "comparison": ">", "threshold": 5000}
    assert api.put("v1/rules/e2e-rule", rule).status == 201
    assert api.put("v1/rules/e2e-rule", rule | {"threshold": 4000}).status == 200
    stored = api.seen("v1/rules/e2e-rule")
    assert (stored["threshold"], stored["window_s"], stored["enabled"]) == (4000, 300, True)
    names = {each["name"] for each in api.seen("v1/rules")["rules"]}
    assert names >= {*BUILTIN_RULES, "e2e-rule"}
    assert api.delete("v1/rules/e2e-rule").status == 204
    assert api.get("v1/rules/e2e-rule").status == 404


def test_a_dry_run_of_a_set_of_rules_changes_nothing(api: Api) -> None:
    rule = {"name": "dry", "metric": "cpu_utilization", "comparison": ">", "threshold": 0.5}
    answer = api.put("v1/rules?dry_run=true", {"rules": [rule]})
    assert answer.status == 200
    assert "dry" in str(answer.json())
    assert api.get("v1/rules/dry").status == 404


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"comparison": "over"}, "comparison"),
        ({"window_s": 90}, "window_s"),
        ({"threshold": "high"}, "threshold"),
        ({"aggregation": "p42"}, "aggregation"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused_by_field(
    api: Api, change: dict[str, object], place: str
) -> None:
    rule = {"metric": "cpu_utilization", "comparison": ">", "threshold": 0.5}
    answer = api.put("v1/rules/senseless", rule | change)
    assert answer.status == 400
    assert [each["path"] for each in answer.json()["error"]["details"]] == [place]


@pytest.mark.parametrize(
    "path", ["v1/alerts/unknown", "v1/rules/unknown", "v1/deployments/unknown"]
)
def test_what_does_not_exist_is_404_in_the_shape_of_every_error(api: Api, path: str) -> None:
    answer = api.get(path)
    assert (answer.status, answer.json()["error"]["code"]) == (404, "not_found")
