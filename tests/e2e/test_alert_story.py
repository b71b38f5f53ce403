"""One alert from the slow request to Application Insights, and back to quiet."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

import pytest

from tests.e2e.api import Api, ago, request
from tools.apphost import HostOptions
from tools.recorder import Recorder
from tools.serve import running_app

pytestmark = [pytest.mark.e2e, pytest.mark.azurite]

QUIET = {
    "APPLICATIONINSIGHTS_STATSBEAT_DISABLED_ALL": "true",
    "APPLICATIONINSIGHTS_SDKSTATS_DISABLED": "true",
    "APPLICATIONINSIGHTS_CONTROLPLANE_DISABLED": "true",
}
RULE = {
    "metric": "model_response_time",
    "comparison": ">",
    "threshold": 2000,
    "filter": {"model": "slow"},
    "labels": {"team": "web"},
    "runbook_url": "https://example.com/slow",
}


@dataclass(frozen=True)
class Watched:
    """The app, and what Application Insights has got from it."""

    api: Api
    recorder: Recorder


@pytest.fixture
async def watched() -> AsyncIterator[Watched]:
    async with Recorder() as recorder:
        settings = {"APPLICATIONINSIGHTS_CONNECTION_STRING": recorder.connection_string} | QUIET
        running = running_app(settings=settings, options=HostOptions(timers=False))
        app = await asyncio.to_thread(running.__enter__)
        try:
            yield Watched(Api(app.host.port), recorder)
        finally:
            await asyncio.to_thread(running.__exit__, None, None, None)


async def test_a_slow_model_is_told_once_seen_acknowledged_and_resolved(watched: Watched) -> None:
    api, recorder = watched.api, watched.recorder

    async def do[T](work: Callable[..., T], *args: Any, **named: Any) -> T:
        return await asyncio.to_thread(work, *args, **named)

    slow = [
        request("slow", start_time=ago(minutes=3), duration_ms=3000.0, deployment="prod")
        for _ in range(5)
    ]
    assert (await do(api.requests, slow)).status == 202
    assert (await do(api.put, "v1/rules/slow-e2e", RULE)).status == 201
    for function in ("rollup", "evaluate_alerts", "rollup", "evaluate_alerts"):
        await do(api.run, function)

    fired = [e for e in recorder.events("alert.firing") if e.properties["rule"] == "slow-e2e"]
    assert len(fired) == 1
    assert fired[0].measurements["value"] == 3000
    assert fired[0].properties["label_model"] == "slow"
    assert fired[0].properties["notify"] == "true"

    (alert,) = (await do(api.seen, "v1/alerts", state="firing"))["alerts"]
    assert (alert["rule"], alert["value"], alert["threshold"]) == ("slow-e2e", 3000, 2000)
    assert alert["alert_id"] == fired[0].properties["alert_id"]
    assert (await do(api.seen, "v1/summary"))["active_alerts"] == 1
    said = {"by": "anna", "comment": "on it"}
    path = f"v1/alerts/{alert['alert_id']}"
    assert (await do(api.post, f"{path}/acknowledge", said)).json()["acknowledged"] is True
    assert (await do(api.seen, "v1/summary"))["active_alerts"] == 0

    assert (await do(api.delete, "v1/rules/slow-e2e")).status == 204
    await do(api.run, "evaluate_alerts")
    resolved = recorder.events("alert.resolved")
    assert [e.properties["resolved_reason"] for e in resolved] == ["rule_changed"]
    assert (await do(api.seen, path))["state"] == "resolved"
    assert (await do(api.post, f"{path}/acknowledge", said)).status == 409
