"""From a reported value to what a channel got, through the functions as they are wired."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import azure.functions as func
import pytest

from shared.adapters.memory_channels import MemoryQueue, MemoryWebhooks
from shared.bootstrap import App
from shared.domain.timeline import rfc3339
from shared.services.metrics import ingest_metrics
from shared.services.rollup import roll_up
from shared.triggers import channels
from shared.triggers.alerting import evaluate_alerts
from shared.triggers.alerts import get_alerts, get_one_alert
from shared.triggers.channels import put_one_channel
from shared.triggers.routes import put_route_list
from shared.triggers.rules import put_one_rule
from shared.triggers.silences import post_silence
from tests.triggers.alert_app import as_json, call
from tests.triggers.memory_app import memory_app

_RULE = {"metric": "queue_depth", "comparison": ">", "threshold": 5, "window_s": 600}


@dataclass
class Watched:
    """The app, its queue and its receivers."""

    parts: App
    queue: MemoryQueue
    webhooks: MemoryWebhooks

    async def breach(self) -> None:
        """Report a breach of three minutes ago, evaluate, and deliver what there is to tell."""
        at = rfc3339(datetime.now(UTC) - timedelta(minutes=3))
        item = {"name": "queue_depth", "kind": "gauge", "value": 9, "timestamp": at}
        body = call({"metrics": [item]}).raw_body
        parts = self.parts
        await ingest_metrics(body, strict=False, registry=parts.registry, ports=parts.ingest)
        await roll_up(
            now=datetime.now(UTC),
            ports=parts.rollup,
            evaluation_delay_s=0,
            timer=lambda: 0.0,
            budget_s=60.0,
        )
        await evaluate_alerts.build().get_user_function()(None)
        app = func.FunctionApp()
        app.register_functions(channels.blueprint)
        functions = {each.get_function_name(): each for each in app.get_functions()}
        deliver = functions["deliver_notifications"].get_user_function()
        for text, _ in self.queue.messages:
            await deliver(func.QueueMessage(body=text.encode()))


@pytest.fixture
async def watched() -> AsyncIterator[Watched]:
    queue, webhooks = MemoryQueue(), MemoryWebhooks()
    with memory_app(queue, webhooks) as parts:
        hook = {"type": "webhook", "url": "https://ops.example.com/hook"}
        await put_one_channel(call(hook, name="ops"))
        await put_route_list(call([{"channels": ["ops"]}]))
        await put_one_rule(call(_RULE, name="deep"))
        yield Watched(parts, queue, webhooks)


async def _alert() -> Any:
    (listed,) = as_json((await get_alerts(call())).body)["alerts"]
    shown = as_json((await get_one_alert(call(alert_id=listed["alert_id"]))).body)
    assert shown == listed | {"reevaluated": shown["reevaluated"]}
    return listed


async def test_an_alert_goes_by_its_route_to_a_channel(watched: Watched) -> None:
    await watched.breach()

    (post,) = watched.webhooks.calls
    alert = await _alert()
    assert [each["alert_id"] for each in json.loads(post.body)["alerts"]] == [alert["alert_id"]]
    assert [(n["channel"], n["reason"], n["sent"]) for n in alert["notifications"]] == [
        ("application_insights", "not_connected", False),
        ("ops", "firing", True),
    ]


async def test_a_silenced_alert_goes_nowhere(watched: Watched) -> None:
    ahead = rfc3339(datetime.now(UTC) + timedelta(hours=1))
    past = rfc3339(datetime.now(UTC) - timedelta(hours=1))
    body = {"matchers": {"rule": "deep"}, "starts_at": past, "ends_at": ahead, "by": "ada"}
    await post_silence(call(body))

    await watched.breach()

    alert = await _alert()
    assert watched.webhooks.calls == []
    assert alert["silenced"] is True
    assert [(n["channel"], n["reason"], n["sent"]) for n in alert["notifications"]] == [
        ("application_insights", "silence", False)
    ]
