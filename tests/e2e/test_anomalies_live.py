"""From posted requests over the timers to scores, episodes and the built-in rule's alert."""

import math

import pytest

from tests.e2e.api import Api, ago, request

pytestmark = [pytest.mark.e2e, pytest.mark.azurite]


def test_a_model_that_behaves_as_never_before_is_found_without_a_threshold(api: Api) -> None:
    records = [
        request(
            "odd",
            deployment="east",
            start_time=ago(minutes=0.5 * at + math.sin(1.7 * at) - 2),
            duration_ms=(600.0 if at < 80 else 200.0) * (1 + 0.05 * math.sin(at)),
        )
        for at in range(120 * 14)
    ]
    assert api.requests(records).status == 202
    for function in ("rollup", "score_anomalies", "score_anomalies"):
        api.run(function)

    found = api.seen("v1/models/odd/anomalies", metric="response_time_avg_ms", range="24h")
    (series,) = found["series"]
    (episode,) = series["episodes"]
    assert episode["expected"] == pytest.approx(200, rel=0.1)
    assert episode["value"] == pytest.approx(600, rel=0.1)

    rule = {
        "name": "odd",
        "metric": "model_anomaly_score",
        "aggregation": "max",
        "comparison": ">=",
        "threshold": found["alert_score"],
        "for_s": 300,
        "group_by": ["deployment", "metric"],
        "filter": {"model": "odd", "metric": "response_time_avg_ms"},
    }
    answer = api.post(
        "v1/rules/backtest", {"rule": rule, "start": ago(hours=2), "end": ago(minutes=2)}
    )
    assert answer.status == 200, answer
    assert answer.json()["fired"] == 1
    assert api.seen("v1/rules/model_anomaly_score")["threshold"] == found["alert_score"]
    chart = api.seen(
        "v1/series",
        metric="model_anomaly_score",
        aggregation="max",
        range="1h",
        step_s=300,
        group_by="metric",
        filter="model:odd",
    )
    assert {each["labels"]["metric"] for each in chart["series"]} == {
        "error_rate",
        "requests",
        "response_time_avg_ms",
    }
