"""The queue, in memory and on Azurite, and what its faults become."""

import asyncio
import base64
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

import pytest
from azure.core.exceptions import ClientAuthenticationError
from azure.storage.queue.aio import QueueClient

from shared.adapters.memory_channels import MemoryQueue
from shared.adapters.queue_storage import QueueStorage
from shared.adapters.table_account import TableAccount, account_from_connection_string
from shared.errors import Unavailable
from shared.services.channel_ports import Queue
from tests.adapters.fake_credential import FakeCredential
from tools.azurite import Azurite
from tools.child import free_port


@dataclass
class Sending:
    """A queue, and what a receiver finds in it at once."""

    queue: Queue
    visible: Callable[[], Awaitable[list[str]]]


@pytest.fixture
async def azure_sending(azurite: Azurite) -> AsyncIterator[Sending]:
    account = account_from_connection_string(azurite.connection_string)
    storage = QueueStorage(account, name="contract")

    async def visible() -> list[str]:
        found = reader.receive_messages(visibility_timeout=60)
        return [base64.b64decode(each.content).decode() async for each in found]

    async with QueueClient.from_connection_string(azurite.connection_string, "contract") as reader:
        yield Sending(storage, visible)
        await reader.delete_queue()
    await storage.close()


@pytest.fixture(params=["memory", pytest.param("azurite", marks=pytest.mark.azurite)])
def sending(request: pytest.FixtureRequest) -> Sending:
    if request.param == "azurite":
        found: Sending = request.getfixturevalue("azure_sending")
        return found
    queue = MemoryQueue()

    async def visible() -> list[str]:
        return [text for text, delay_s in queue.messages if not delay_s]

    return Sending(queue, visible)


async def test_a_message_arrives_as_it_was_sent(sending: Sending) -> None:
    await sending.queue.send('{"text": "ünï <&>"}', delay_s=0)
    assert await sending.visible() == ['{"text": "ünï <&>"}']


async def test_a_delayed_message_is_not_there_yet(sending: Sending) -> None:
    await sending.queue.send("later", delay_s=900)
    await sending.queue.send("at once", delay_s=0)
    assert await sending.visible() == ["at once"]


@pytest.mark.azurite
async def test_a_missing_queue_is_made_once_by_many_at_a_time(azure_sending: Sending) -> None:
    await asyncio.gather(*(azure_sending.queue.send(str(n), delay_s=0) for n in range(5)))
    found = [*await azure_sending.visible(), *await azure_sending.visible()]
    assert set(found) >= {"0"}
    assert len(found) == 5


@pytest.mark.azurite
@pytest.mark.parametrize("delay_s", [-5, 10**9])
async def test_a_delay_stays_within_what_storage_takes(
    azure_sending: Sending, delay_s: int
) -> None:
    await azure_sending.queue.send("x", delay_s=delay_s)
    assert await azure_sending.visible() == (["x"] if delay_s < 0 else [])


async def test_a_failed_sign_in_is_unavailable_and_says_no_more() -> None:
    failing = FakeCredential(ClientAuthenticationError("token s3cret refused"))
    account = TableAccount("https://acme.table.core.windows.net", "acme", credential=failing)
    queue = QueueStorage(account, retries=0)
    with pytest.raises(Unavailable) as caught:
        await queue.send("x", delay_s=0)
    await queue.close()
    assert str(caught.value) == "queue notifications: ClientAuthenticationError"


async def test_storage_that_does_not_answer_is_unavailable() -> None:
    key = base64.b64encode(b"0123456789abcdef").decode()
    text = (
        f"AccountName=acme;AccountKey={key};TableEndpoint=http://127.0.0.1:1/acme;"
        f"QueueEndpoint=http://127.0.0.1:{free_port()}/acme"
    )
    queue = QueueStorage(account_from_connection_string(text), retries=0)
    with pytest.raises(Unavailable, match="queue notifications: ServiceRequestError"):
        await queue.send("x", delay_s=0)
    await queue.close()


@pytest.mark.parametrize(
    ("endpoint", "asked"),
    [
        ("", "https://acme.queue.core.windows.net"),
        ("https://acme.queue.core.usgovcloudapi.net/", "https://acme.queue.core.usgovcloudapi.net"),
    ],
)
async def test_an_identitys_queue_is_the_public_clouds_unless_told(
    endpoint: str, asked: str
) -> None:
    account = TableAccount("https://acme.table.core.windows.net", "acme", credential=None)
    assert QueueStorage(account, endpoint=endpoint).url == f"{asked}/notifications"
