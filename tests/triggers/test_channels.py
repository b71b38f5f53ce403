"""The HTTP functions for channels, and the queue functions, over an app in memory."""

import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import azure.functions as func
import pytest

from shared.adapters import tables as layout
from shared.adapters.creating_tables import CreatingTables
from shared.adapters.dispatch_rows import dispatch_row
from shared.adapters.memory import MemoryTables
from shared.adapters.memory_channels import MemoryQueue, MemoryWebhooks
from shared.adapters.no_telemetry import NoTelemetry
from shared.bootstrap import App, Outside, assemble, given_app
from shared.domain.notification.dispatch import Dispatch
from shared.domain.notification.retry import Reply
from shared.errors import InvalidInput, NotFound
from shared.settings import Settings
from shared.triggers import channels
from tests.domain.dispatch_factories import dispatch
from tests.domain.rule_factories import T0
from tests.triggers.alert_app import as_json, call

SLACK = {"type": "slack", "url": "https://hooks.slack.com/services/T0/B0/s3cret"}
HOOK = {"type": "webhook", "url": "https://ops.example.com/p4th?sig=qu3ry"}


@dataclass
class Running:
    """The app, its queue and its receivers."""

    parts: App
    queue: MemoryQueue
    webhooks: MemoryWebhooks

    async def write(self, given: Dispatch) -> bytes:
        """Store a dispatch and return the message about it."""
        await self.parts.tables.upsert(layout.ALERTS, dispatch_row(given))
        about = {"dispatch_id": given.dispatch_id, "due_at": given.due_at.isoformat()}
        return json.dumps(about).encode()

    async def history(self, given: Dispatch) -> list[str]:
        found = await self.parts.channels.dispatches.history(given.told[0].alert.alert_id)
        return [each.reason for each in found]


@pytest.fixture
def running() -> Iterator[Running]:
    queue, webhooks = MemoryQueue(), MemoryWebhooks()
    outside = Outside(queue, webhooks, {"KEY": "k3y-k3y"}.get)
    parts = assemble(Settings(), CreatingTables(MemoryTables()), NoTelemetry(), lambda: T0, outside)
    with given_app(parts):
        yield Running(parts, queue, webhooks)


async def run(function: str, text: bytes) -> None:
    """Run a queue function on a message."""
    every = func.FunctionApp()
    every.register_functions(channels.blueprint)
    functions = {each.get_function_name(): each for each in every.get_functions()}
    await functions[function].get_user_function()(func.QueueMessage(id="1", body=text))


async def test_a_channel_is_created_replaced_listed_and_deleted(running: Running) -> None:
    created = await channels.put_one_channel(call(HOOK, name="ops"))
    replaced = await channels.put_one_channel(call(SLACK, name="ops"))
    listed = as_json((await channels.get_channels(call())).body)
    found = as_json((await channels.get_one_channel(call(name="ops"))).body)
    deleted = await channels.delete_one_channel(call(name="ops"))

    assert (created.status, replaced.status, deleted.status) == (201, 200, 204)
    assert listed == {"channels": [found], "next": None}
    assert found == as_json(replaced.body)
    assert found["url"] == "https://hooks.slack.com/…"
    with pytest.raises(NotFound):
        await channels.get_one_channel(call(name="ops"))


async def test_no_answer_shows_what_is_secret(running: Running) -> None:
    answers: list[Any] = []
    running.webhooks.replies.append(Reply(400, "who is T0/B0/s3cret?", error=""))
    for name, body in {"a": SLACK, "b": HOOK, "c": SLACK | {"url": SLACK["url"] + "|"}}.items():
        try:
            answers.append((await channels.put_one_channel(call(body, name=name))).body)
        except InvalidInput as error:
            answers.append([str(error), *map(str, error.faults)])
    answers.append((await channels.get_channels(call())).body)
    answers.append((await channels.post_channel_test(call(name="a"))).body)
    shown = json.dumps(as_json(answers))
    assert "in plain ASCII" in shown
    assert not any(part in shown for part in ("s3cret", "qu3ry"))


async def test_private_addresses_are_refused_by_name(running: Running) -> None:
    with pytest.raises(InvalidInput, match=r"url: expected a public address, got 10\.0\.0\.1"):
        await channels.put_one_channel(
            call({"type": "webhook", "url": "https://10.0.0.1/x"}, name="ops")
        )


async def test_a_test_answers_with_what_the_contract_names(running: Running) -> None:
    await channels.put_one_channel(call(HOOK, name="ops"))
    answer = as_json((await channels.post_channel_test(call(name="ops"))).body)
    assert answer.keys() == {"sent", "status", "answer", "elapsed_ms", "error"}
    assert (answer["sent"], answer["status"], answer["answer"]) == (True, 200, "ok")


async def test_a_message_is_delivered_and_logged_without_secrets(
    running: Running, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    await channels.put_one_channel(call(HOOK | {"secret_setting": "KEY"}, name="ops"))
    given = dispatch()
    running.webhooks.replies.append(Reply(503, "k3y-k3y p4th"))
    message = await running.write(given)
    await run("deliver_notifications", message)
    await run("deliver_notifications", running.queue.messages[0][0].encode())
    assert await running.history(given) == ["firing"]
    log = [each.getMessage() for each in caplog.records if each.name == channels.__name__]
    assert [each.levelname for each in caplog.records if each.name == channels.__name__] == [
        "WARNING",
        "INFO",
    ]
    assert "outcome=again" in log[0]
    assert "problem=answered 503" in log[0]
    assert "outcome=finished sent=1 not_sent=0 attempt=2 status=200" in log[1]
    assert not any(part in caplog.text for part in ("k3y-k3y", "p4th", "qu3ry"))


async def test_without_a_message_what_is_due_is_woken_up(running: Running) -> None:
    await running.write(dispatch())
    await run("deliver_notifications", b"")
    assert len(running.queue.messages) == 1


@pytest.mark.parametrize("text", [b"nonsense", b"{}", b'{"dispatch_id": 1}', b"\xff"])
async def test_a_message_of_somebody_else_fails_so_that_it_ends_in_the_poison_queue(
    running: Running, text: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(InvalidInput, match="expected a notification"):
        await run("deliver_notifications", text)
    await run("notifications_given_up", text)
    assert "not one of ours" in caplog.text


async def test_a_poisoned_message_is_a_warning_and_an_entry_in_the_history(
    running: Running, caplog: pytest.LogCaptureFixture
) -> None:
    given = dispatch()
    message = await running.write(given)
    await run("notifications_given_up", message)
    assert await running.history(given) == ["gave_up"]
    assert f"notification given up: dispatch={given.dispatch_id} channel=ops" in caplog.text
