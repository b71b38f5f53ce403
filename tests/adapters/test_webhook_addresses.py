"""Where calls may go, and where they may not, however an address is written or hidden."""

import socket
from collections.abc import AsyncIterator

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from shared.adapters.webhook import (
    AddressRefused,
    PublicResolver,
    WebhookSender,
)
from shared.domain.notification.retry import Problem
from shared.services.channel_ports import Post
from tests.adapters.receiver import Receiver, Says

SECRET_PATH = "/services/T000/s3cret?sig=s3cret"


class FakeNames(AbstractResolver):
    """Names and the addresses they have, one list for each time they are asked for."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        self.asked.append(host)
        addresses = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for address in addresses
        ]

    async def close(self) -> None:
        """Nothing to release."""


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with Receiver() as running:
        yield running


@pytest.fixture
async def careful() -> AsyncIterator[WebhookSender]:
    made = WebhookSender(allow_private=False, timeout_s=5)
    yield made
    await made.close()


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "localhost"])
async def test_the_own_machine_is_refused_unless_allowed(
    careful: WebhookSender, receiver: Receiver, host: str
) -> None:
    reply = await careful.post(Post(receiver.url(SECRET_PATH, host=host), b"{}"))
    assert (reply.status, reply.problem) == (None, Problem.ADDRESS_REFUSED)
    assert "ALLOW_PRIVATE_WEBHOOKS" in reply.error
    assert "s3cret" not in reply.error
    assert receiver.got == []


@pytest.mark.parametrize("host", ["2130706433", "0x7f000001", "0177.0.0.1", "127.1"])
async def test_other_ways_of_writing_the_own_machine_lead_nowhere(
    careful: WebhookSender, receiver: Receiver, host: str
) -> None:
    reply = await careful.post(Post(receiver.url(host=host), b"{}"))
    assert reply.problem is not None
    assert receiver.got == []


@pytest.mark.parametrize("host", ["169.254.169.254", "168.63.129.16", "[fd00:ec2::254]"])
async def test_metadata_services_are_refused(careful: WebhookSender, host: str) -> None:
    reply = await careful.post(Post(f"http://{host}/metadata/instance", b"{}"))
    assert reply.problem is Problem.ADDRESS_REFUSED


@pytest.mark.parametrize(
    "addresses",
    [["127.0.0.1"], ["10.0.0.7"], ["::1"], ["8.8.8.8", "127.0.0.1"], ["2606:4700::1", "fd00::1"]],
    ids=str,
)
async def test_a_name_with_any_private_address_is_refused(
    receiver: Receiver, addresses: list[str]
) -> None:
    names = FakeNames(addresses)
    careful = WebhookSender(allow_private=False, resolver=names)
    reply = await careful.post(Post(receiver.url(host="ops.example.com"), b"{}"))
    await careful.close()
    assert reply.problem is Problem.ADDRESS_REFUSED
    assert reply.error.startswith("ops.example.com is not a public address")
    assert receiver.got == []


async def test_the_address_that_was_checked_is_the_one_that_is_called(receiver: Receiver) -> None:
    names = FakeNames(["127.0.0.1"], ["8.8.8.8"])
    sender = WebhookSender(allow_private=True, resolver=names)
    reply = await sender.post(Post(receiver.url(host="ops.example.com"), b"{}"))
    await sender.close()
    assert reply.sent
    assert names.asked == ["ops.example.com"]
    assert receiver.got[0].headers["host"] == f"ops.example.com:{receiver.port}"


async def test_a_name_that_changes_its_mind_is_checked_each_time() -> None:
    names = FakeNames(["8.8.8.8", "2606:4700::1"], ["127.0.0.1"])
    careful = PublicResolver(names)
    found = await careful.resolve("ops.example.com", 443)
    assert [each["host"] for each in found] == ["8.8.8.8", "2606:4700::1"]
    with pytest.raises(AddressRefused, match=r"127\.0\.0\.1 is not a public address"):
        await careful.resolve("ops.example.com", 443)
    assert len(names.asked) == 2


async def test_a_name_is_asked_for_again_on_every_call(receiver: Receiver) -> None:
    names = FakeNames(["127.0.0.1"], ["127.0.0.1"])
    sender = WebhookSender(allow_private=True, resolver=names)
    for _ in range(2):
        await sender.post(Post(receiver.url(host="ops.example.com"), b"{}"))
    await sender.close()
    assert len(names.asked) == 2


async def test_cookies_are_not_kept(receiver: Receiver) -> None:
    # Of an address alone, nobody keeps cookies anyway.
    sender = WebhookSender(allow_private=True, resolver=FakeNames(["127.0.0.1"]))
    receiver.answers.append(Says(200, b"", {"Set-Cookie": "a=b"}))
    for _ in range(2):
        await sender.post(Post(receiver.url(host="ops.example.com"), b"{}"))
    await sender.close()
    assert "cookie" not in receiver.got[1].headers
