"""POST /api/v1/metrics: kinds, values, what names keep for good, what is reserved."""

from typing import Any

import pytest

from tests.e2e.api import Api, ago, metric

pytestmark = [pytest.mark.e2e, pytest.mark.azurite]


def summary_of(api: Api, name: str) -> dict[str, Any]:
    found: dict[str, Any] = api.seen("v1/summary", range="1h")["metric_breakdown"][name]
    return found


def test_every_kind_is_stored_and_summed_up(api: Api) -> None:
    answer = api.metrics(
        [
            metric("e2e_counter", kind="counter", value=2),
            metric("e2e_counter", kind="counter", value=5),
            metric("e2e_gauge", kind="gauge", value=9, timestamp=ago(minutes=3)),
            metric("e2e_gauge", kind="gauge", value=4, timestamp=ago(minutes=2)),
            metric("e2e_timer", kind="timer", unit="ms", values=[10, 20, 30, 40]),
            metric("e2e_histogram", kind="histogram", value=1.5),
        ]
    )
    assert (answer.status, answer.json()["accepted"]) == (202, 6)
    counter, gauge = summary_of(api, "e2e_counter"), summary_of(api, "e2e_gauge")
    assert (counter["count"], counter["avg_value"], counter["max_value"]) == (2, 3.5, 5)
    assert (gauge["count"], gauge["latest_value"], gauge["max_value"]) == (2, 4, 9)
    timer = summary_of(api, "e2e_timer")
    assert (timer["count"], timer["avg_value"]) == (4, 25)
    assert timer["p50"] == pytest.approx(20, rel=0.01)
    assert timer["p99"] == pytest.approx(40, rel=0.01)
    assert summary_of(api, "e2e_histogram")["count"] == 1


def test_a_name_keeps_its_first_kind_and_unit(api: Api) -> None:
    assert api.metrics([metric("kept_kind", kind="gauge", unit="1")]).status == 202
    answer = api.metrics(
        [metric("kept_kind", kind="counter"), metric("kept_kind"), metric("kept_kind", unit="s")]
    )
    assert answer.status == 207
    assert answer.json()["accepted"] == 1
    assert [(r["index"], r["path"]) for r in answer.json()["rejected"]] == [
        (0, "metrics[0].kind"),
        (2, "metrics[2].kind"),
    ]
    assert [(r["reason"], r["detail"]) for r in answer.json()["rejected"]] == [
        ("kind_conflict", "kept_kind is a gauge in '1', got a counter in '1'"),
        ("kind_conflict", "kept_kind is a gauge in '1', got a gauge in 's'"),
    ]


@pytest.mark.parametrize("name", ["model_requests_total", "model_x", "token_usage_rate"])
def test_reserved_names_are_refused(api: Api, name: str) -> None:
    answer = api.metrics([metric(name)])
    assert answer.status == 400
    assert answer.json()["error"]["details"][0]["path"] == "metrics[0].name"


def test_quality_scores_may_be_reported_under_their_reserved_name(api: Api) -> None:
    assert api.metrics([metric("model_quality_tone", value=0.5)]).status == 202


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"value": None}, "value"),
        ({"value": 1, "values": [1], "kind": "timer"}, "value"),
        ({"value": None, "values": [1, 2]}, "values"),
        ({"value": None, "values": [], "kind": "timer"}, "values"),
        ({"kind": "counter", "value": -1}, "value"),
        ({"kind": "level"}, "kind"),
        ({"timestamp": "yesterday"}, "timestamp"),
        ({"timestamp": ago(minutes=-30)}, "timestamp"),
        ({"attributes": {"__name__": "x"}}, "attributes"),
        ({"name": "a\u0000b"}, "name"),
    ],
)
def test_a_metric_that_says_nothing_sound_is_refused_by_field(
    api: Api, fields: dict[str, Any], path: str
) -> None:
    answer = api.metrics([metric("unsound") | fields])
    assert answer.status == 400
    assert [each["path"] for each in answer.json()["error"]["details"]] == [f"metrics[0].{path}"]


def test_attributes_tell_series_apart(api: Api) -> None:
    hosts = [metric("by_host", attributes={"host": host}, value=v) for host, v in ("a1", "b2")]
    assert api.metrics([each | {"value": int(each["value"])} for each in hosts]).status == 202
    found = api.seen("v1/series", metric="by_host", group_by="host", aggregation="max", range="5m")
    values = {
        series["labels"]["host"]: max(value for _, value in series["points"] if value is not None)
        for series in found["series"]
    }
    assert values == {"a": 1, "b": 2}
