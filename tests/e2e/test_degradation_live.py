"""From posted requests over the timers to GET /api/v1/models/{model}/degradation."""

import pytest

from tests.e2e.api import Api, ago, request

pytestmark = [pytest.mark.e2e, pytest.mark.azurite]


def test_a_model_that_got_slow_is_found_and_a_steady_one_is_not(api: Api) -> None:
    records = [
        request(
            model,
            start_time=ago(minutes=1.5 * at + 1),
            duration_ms=(slow if at < 39 else 500.0) + at % 7,
        )
        for model, slow in (("slowed", 1500.0), ("steady", 500.0))
        for at in range(400)
    ]
    assert api.requests(records).status == 202
    for function in ("rollup", "compute_baselines"):
        api.run(function)

    found = api.seen("v1/models/slowed/degradation")
    assert found["degradation_detected"] is True
    assert found["performance_change_percent"] == pytest.approx(200, rel=0.1)
    assert any(change["metric"] == "response_time_ms" for change in found["changes"])
    assert api.seen("v1/models/-/degradation", model="steady")["degradation_detected"] is False
    assert api.seen("v1/models/unheard/degradation")["degradation_detected"] is None
