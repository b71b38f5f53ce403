"""Channels end to end: the app behind the local host, its real queue, a receiver on loopback."""

import asyncio
import json
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.adapters import tables as layout
from shared.adapters.creating_tables import CreatingTables
from shared.adapters.dispatch_rows import dispatch_row
from shared.adapters.dispatch_store import DispatchStore
from shared.adapters.entity import Entity, Tables
from shared.adapters.table_account import account_from_connection_string
from shared.adapters.table_storage import TableStorage
from shared.domain.notification.dispatch import Dispatch
from shared.domain.notification.signature import DELIVERY_HEADER, SIGNATURE_HEADER, is_signed
from tests.adapters.receiver import Receiver, Says
from tests.adapters.storage_factories import gathered
from tests.domain.dispatch_factories import dispatch, told
from tests.e2e.api import Api
from tools.apphost import REPOSITORY, HostOptions
from tools.child import free_port
from tools.serve import LocalApp, running_app

pytestmark = [pytest.mark.e2e, pytest.mark.azurite]

SECRET, KEY = "s3cret-of-the-webhook", "r0uting-key-of-32-characters-xxx"
PATH = "/hooks/p4th-nobody-sees?sig=qu3ry-nobody-sees"
HIDDEN = (SECRET, KEY, "p4th-nobody-sees", "qu3ry-nobody-sees")


@dataclass(frozen=True)
class Live:
    """The app, its storage, and a receiver."""

    app: LocalApp
    api: Api
    tables: Tables
    receiver: Receiver

    async def write(self, given: Dispatch) -> None:
        """Store a dispatch as an evaluation does, and let the app wake up what is due."""
        await self.tables.upsert(layout.ALERTS, dispatch_row(given))
        await do(self.api.run, "deliver_notifications")

    async def history(self, given: Dispatch, count: int = 1) -> list[tuple[str, bool]]:
        """Wait for the history of a dispatch's first alert and return reasons and `sent`."""
        store = DispatchStore(self.tables)
        async with asyncio.timeout(90):
            while True:
                found = await store.history(given.told[0].alert.alert_id)
                if len(found) >= count:
                    return [(each.reason, each.sent) for each in found]
                await asyncio.sleep(0.1)

    async def logged(self, text: str) -> str:
        """Wait until the app has printed a text, which it does after it has stored; return all."""
        async with asyncio.timeout(30):
            while text not in (output := self.app.host.child.output()):
                await asyncio.sleep(0.1)
        return output

    async def everything_stored(self) -> str:
        """Return every row of the two tables that channels are in, as text."""
        rows = [
            repr(row)
            for table, partition in ((layout.ALERTS, "live"), (layout.CHANNELS, "doc"))
            for row in await gathered(self.tables.query(table, partition))
        ]
        return "".join(rows)


@pytest.fixture(scope="module")
def port() -> int:
    return free_port()


@pytest.fixture(scope="module")
def app(port: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalApp]:
    """The app, whose host tries a failed message again after a second rather than 30."""
    folder = tmp_path_factory.mktemp("app")
    shutil.copy(REPOSITORY / "function_app.py", folder)
    host = json.loads((REPOSITORY / "host.json").read_text())
    host["extensions"]["queues"] |= {
        "visibilityTimeout": "00:00:01",
        "maxPollingInterval": "00:00:01",
    }
    (folder / "host.json").write_text(json.dumps(host))
    settings = {
        "ALLOW_PRIVATE_WEBHOOKS": "true",
        "OPS_URL": f"http://127.0.0.1:{port}{PATH}",
        "OPS_KEY": SECRET,
        "PD_KEY": KEY,
    }
    options = HostOptions(timers=False)
    with running_app(app_dir=folder, settings=settings, options=options) as running:
        yield running


@pytest.fixture
async def live(app: LocalApp, port: int) -> AsyncIterator[Live]:
    account = account_from_connection_string(app.azurite.connection_string)
    tables = CreatingTables(TableStorage(account, lambda: datetime.now(UTC)))
    async with Receiver(port) as receiver:
        yield Live(app, Api(app.host.port), tables, receiver)
    await tables.close()


async def test_a_channel_is_put_and_tried_and_its_signature_holds(live: Live) -> None:
    body = {"type": "webhook", "url_setting": "OPS_URL", "secret_setting": "OPS_KEY"}
    created = await do(live.api.put, "v1/channels/signed", body)
    live.receiver.answers.append(Says(202, b"welcome"))
    answer = await do(live.api.post, "v1/channels/signed/test", {})

    assert created.status == 201
    assert answer.status == 200
    tried = answer.json()
    assert (tried["sent"], tried["status"], tried["answer"]) == (True, 202, "welcome")
    (got,) = live.receiver.got
    assert (got.method, got.path) == ("POST", PATH)
    now_s = int(datetime.now(UTC).timestamp())
    assert is_signed(got.headers[SIGNATURE_HEADER.lower()], got.body, SECRET, now_s=now_s)
    assert not is_signed(got.headers[SIGNATURE_HEADER.lower()], got.body, "guess", now_s=now_s)
    assert json.loads(got.body)["dispatch_id"] == got.headers[DELIVERY_HEADER.lower()]


async def test_a_dispatch_comes_through_the_queue_after_a_retry(live: Live) -> None:
    body = {"type": "webhook", "url": live.receiver.url(), "enabled": True}
    assert (await do(live.api.put, "v1/channels/retried", body)).status == 201
    live.receiver.answers.append(Says(503, b"busy", {"Retry-After": "1"}))
    given = due_now("retried")

    await live.write(given)
    await live.receiver.wait_for(2)

    assert await live.history(given) == [("firing", True)]
    first, second = live.receiver.got
    assert first.body == second.body
    assert json.loads(first.body)["dispatch_id"] == given.dispatch_id
    assert first.headers[DELIVERY_HEADER.lower()] == given.dispatch_id
    assert await DispatchStore(live.tables).get(given.dispatch_id, given.due_at) is None


async def test_pagerduty_gets_an_event_an_alert_with_its_key(live: Live) -> None:
    body = {
        "type": "pagerduty",
        "url": live.receiver.url("/v2/enqueue"),
        "secret_setting": "PD_KEY",
    }
    assert (await do(live.api.put, "v1/channels/pager", body)).status == 201
    live.receiver.answers.extend([Says(202), Says(429, b"", {"Retry-After": "1"})])
    given = due_now("pager", "a", "b", "c")

    await live.write(given)
    await live.receiver.wait_for(4)

    assert await live.history(given) == [("firing", True)]
    events = [json.loads(got.body) for got in live.receiver.got]
    ids = [each.alert.alert_id for each in given.told]
    assert [each["dedup_key"] for each in events] == [ids[0], ids[1], ids[1], ids[2]]
    assert {each["routing_key"] for each in events} == {KEY}


async def test_what_cannot_be_handled_ends_in_the_poison_queue_and_the_history(
    live: Live,
) -> None:
    body = {"type": "webhook", "url": live.receiver.url()}
    assert (await do(live.api.put, "v1/channels/broken", body)).status == 201
    damaged = Entity(layout.DOCUMENT_PARTITION, "broken", {"key": "broken", "b00": b"{"})
    await live.tables.upsert(layout.CHANNELS, damaged)
    given = due_now("broken")
    try:
        await live.write(given)
        assert await live.history(given) == [("gave_up", False)]
    finally:
        await live.tables.delete(layout.CHANNELS, damaged)

    assert live.receiver.got == []
    line = f"notification given up: dispatch={given.dispatch_id} channel=broken"
    await live.logged(line)


async def test_an_alert_shows_that_its_channel_is_gone(live: Live) -> None:
    given = due_now("nobody")
    await live.write(given)
    assert await live.history(given) == [("channel_missing", False)]


async def test_no_secret_is_in_a_log_a_row_or_an_answer(live: Live) -> None:
    """Every way a call can go, with all that is secret in settings or in a stored Slack URL."""
    named = {"type": "webhook", "url_setting": "OPS_URL", "secret_setting": "OPS_KEY"}
    slack = {"type": "slack", "url": live.receiver.url(PATH)}
    answers = [await do(live.api.put, "v1/channels/named", named)]
    live.receiver.answers.extend(
        [
            Says(400, f"{SECRET} {PATH}".encode()),
            Says(503, f"{SECRET} {PATH}".encode(), {"Retry-After": "1"}),
        ]
    )
    answers.append(await do(live.api.post, "v1/channels/named/test", {}))
    given = due_now("named")
    await live.write(given)
    assert await live.history(given) == [("firing", True)]
    stored = await live.everything_stored()

    answers.append(await do(live.api.put, "v1/channels/slack", slack))
    live.receiver.answers.append(Says(403, PATH.encode()))
    answers.append(await do(live.api.post, "v1/channels/slack/test", {}))
    answers.append(await do(live.api.get, "v1/channels"))
    answers.append(await do(live.api.put, "v1/channels/bad", slack | {"url": "x:" + PATH}))
    shown = "".join(answer.body.decode() for answer in answers)

    assert [answer.status for answer in answers] == [201, 200, 201, 200, 200, 400]
    assert '"url_setting":"OPS_URL"' in shown
    assert "firing" in stored
    output = await live.logged(f"dispatch={given.dispatch_id} channel=named outcome=finished")
    for text in (shown, stored, output):
        assert [part for part in HIDDEN if part in text] == []


async def do[T](work: Callable[..., T], *args: Any, **named: Any) -> T:
    """Run what blocks while the receiver goes on."""
    return await asyncio.to_thread(work, *args, **named)


def due_now(channel: str, *models: str) -> Dispatch:
    """Return a dispatch of one alert a model that was due a second ago."""
    now = datetime.now(UTC).replace(microsecond=0)
    each = [told(f"{channel}-{model}", time=now) for model in models or ("a",)]
    return dispatch(*each, channel=channel, due_at=now - timedelta(seconds=1))
