"""A silence keeps an alert from people, in what Application Insights gets; its end lets it through.

Evaluations are a minute apart and go by the clock, so the second half waits for the next minute.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.e2e.api import Api, ago, request
from tools.apphost import HostOptions
from tools.recorder import Recorder
from tools.serve import running_app

pytestmark = [pytest.mark.e2e, pytest.mark.azurite]

RULE = {
    "metric": "model_response_time",
    "comparison": ">",
    "threshold": 2000,
    "window_s": 600,
    "filter": {"model": "slow"},
}
SETTINGS = {
    "APPLICATIONINSIGHTS_STATSBEAT_DISABLED_ALL": "true",
    "APPLICATIONINSIGHTS_SDKSTATS_DISABLED": "true",
    "APPLICATIONINSIGHTS_CONTROLPLANE_DISABLED": "true",
    "EVALUATION_DELAY_S": "0",
}


@pytest.fixture
async def recorder() -> AsyncIterator[Recorder]:
    async with Recorder() as made:
        yield made


@pytest.fixture
async def api(recorder: Recorder) -> AsyncIterator[Api]:
    insights = {"APPLICATIONINSIGHTS_CONNECTION_STRING": recorder.connection_string}
    running = running_app(settings=insights | SETTINGS, options=HostOptions(timers=False))
    app = await asyncio.to_thread(running.__enter__)
    try:
        yield Api(app.host.port)
    finally:
        await asyncio.to_thread(running.__exit__, None, None, None)


async def test_a_silence_mutes_an_alert_and_its_end_lets_it_through(
    api: Api, recorder: Recorder
) -> None:
    async def do[T](work: Callable[..., T], *args: Any, **named: Any) -> T:
        return await asyncio.to_thread(work, *args, **named)

    async def tick() -> list[tuple[str, str]]:
        for function in ("rollup", "evaluate_alerts"):
            await do(api.run, function)
        firing = [e for e in recorder.events("alert.firing") if e.properties["rule"] == "muted"]
        return [(e.properties["notify"], e.properties["suppressed_by"]) for e in firing]

    slow = [request("slow", start_time=ago(minutes=3), duration_ms=3000.0) for _ in range(5)]
    assert (await do(api.requests, slow)).status == 202
    assert (await do(api.put, "v1/rules/muted", RULE)).status == 201
    body = {
        "matchers": {"model": "slow", "rule": "muted"},
        "starts_at": ago(hours=2),
        "ends_at": ago(hours=-1),
        "by": "ada",
        "comment": "load test",
    }
    silence = await do(api.post, "v1/silences", body)
    assert silence.status == 201

    assert await tick() == [("false", "silence")]
    (alert,) = (await do(api.seen, "v1/alerts", state="firing"))["alerts"]
    assert alert["silenced"] is True
    assert [note["reason"] for note in alert["notifications"]] == ["silence"]

    assert (await do(api.delete, f"v1/silences/{silence.json()['id']}")).status == 204
    assert (await do(api.seen, "v1/silences", state="active"))["silences"] == []
    assert (await do(api.seen, f"v1/alerts/{alert['alert_id']}"))["silenced"] is False
    await asyncio.sleep(60 - datetime.now(UTC).timestamp() % 60)

    assert await tick() == [("false", "silence"), ("true", "")]
    told = (await do(api.seen, f"v1/alerts/{alert['alert_id']}"))["notifications"]
    assert [(note["reason"], note["sent"]) for note in told] == [
        ("silence", False),
        ("repeat", True),
    ]
