"""From posted requests over the timers to GET /api/v1/models/{model}/baseline."""

import pytest

from tests.e2e.api import Api, ago, request

pytestmark = [pytest.mark.e2e, pytest.mark.azurite]


def test_a_baseline_is_learned_from_requests_but_not_from_an_incident(api: Api) -> None:
    records = [
        request("learned", start_time=ago(minutes=6 * at), duration_ms=500.0 + at)
        for at in range(11, 60)
    ]
    records += [
        request("learned", start_time=ago(minutes=600 + at), duration_ms=9000.0) for at in range(20)
    ]
    assert api.requests(records).status == 202
    incident = {
        "kind": "incident",
        "start": ago(hours=11),
        "end": ago(hours=9),
        "labels": {"model": "learned"},
        "text": "region down",
        "by": "ada",
    }
    made = api.post("v1/annotations", incident)
    assert made.status == 201
    assert api.seen("v1/models/learned/baseline")["no_baseline"] is True

    for function in ("rollup", "compute_baselines"):
        api.run(function)

    found = api.seen("v1/models/learned/baseline")
    metric = found["metrics"]["response_time_ms"]
    assert 500 < metric["center"] < 600
    assert metric["p95"] < 1000
    assert 40 <= metric["sample_size"] <= 49
    assert 0 < found["confidence"] < 0.5
    assert api.delete(f"v1/annotations/{made.json()['id']}").status == 204
