"""The app as its host and its operators see it: health, keys, timers on demand, unknown routes."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.e2e.api import Api, ago, request
from tests.tools.http_calls import call
from tools.apphost import AppHost, HostOptions
from tools.azurite import Azurite
from tools.serve import running_app

pytestmark = [pytest.mark.e2e, pytest.mark.azurite]


def test_health_says_no_more_than_that_the_app_lives(api: Api) -> None:
    assert api.seen("health") == {"status": "ok"}


def test_the_app_is_ready_once_its_timers_have_run() -> None:
    # One of its own: what other tests report of the past makes further timers due.
    with running_app(options=HostOptions(timers=False)) as app:
        api = Api(app.host.port)
        assert api.requests([request("ready")]).status == 202
        api.run("rollup")
        api.run("evaluate_alerts")
        ready = api.seen("health/ready")
    assert ready["status"] == "ready"
    assert {check["ok"] for check in ready["checks"].values()} == {True}
    through = datetime.fromisoformat(ready["checks"]["rollup"]["through"])
    assert datetime.now(UTC) - through < timedelta(minutes=3)


@pytest.mark.parametrize("function", ["rollup", "evaluate_alerts", "retention"])
def test_a_timer_may_run_on_demand_and_twice(api: Api, function: str) -> None:
    records = [
        request(f"on-demand-{function}", start_time=ago(minutes=minutes)) for minutes in (1, 90)
    ]
    assert api.requests(records).status == 202
    before = api.report(f"on-demand-{function}", range="24h")
    for _ in range(2):
        api.run(function)
    after = api.report(f"on-demand-{function}", range="24h")
    moving = dict.fromkeys(("start", "end", "data_through"))
    assert after | moving == before | moving
    assert after["total_requests"] == 2


def test_an_unknown_route_is_404(api: Api) -> None:
    assert api.get("v1/nothing").status == 404
    assert api.get("v2/models").status == 404


def test_an_unknown_method_is_refused(api: Api) -> None:
    assert call(api.port, "DELETE", "/api/v1/models").status in (404, 405)


def test_a_function_key_is_asked_for_everywhere_but_at_the_two_open_routes() -> None:
    options = HostOptions(timers=False, key="the-key")
    with (
        Azurite.start() as azurite,
        AppHost.start(
            settings={"AzureWebJobsStorage": azurite.connection_string}, options=options
        ) as host,
    ):
        api = Api(host.port)
        assert [api.get(path).status for path in ("health", "openapi.json")] == [200, 200]
        for path in ("v1/models", "v1/summary", "health/ready", "v1/rules"):
            assert api.get(path).status == 401
        assert api.get("v1/models", code="the-key").status == 200
        headers = {"x-functions-key": "the-key"}
        body = {"requests": [request("keyed")]}
        assert api.post("v1/requests", body).status == 401
        assert api.post("v1/requests", body, headers=headers).status == 202
