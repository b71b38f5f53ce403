"""Calls to receivers: what goes out and what comes back."""

import gzip
import logging
from collections.abc import AsyncIterator

import pytest

from shared.adapters.webhook import (
    MAX_ANSWER_BYTES,
    WebhookSender,
)
from shared.domain.notification.retry import Problem
from shared.services.channel_ports import Post
from tests.adapters.receiver import HALF, HANG, RESET, Receiver, Says
from tools.child import free_port

SECRET_PATH = "/services/T000/s3cret?sig=s3cret"


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with Receiver() as running:
        yield running


@pytest.fixture
async def sender() -> AsyncIterator[WebhookSender]:
    made = WebhookSender(allow_private=True, timeout_s=5)
    yield made
    await made.close()


async def test_a_call_arrives_as_it_was_made(sender: WebhookSender, receiver: Receiver) -> None:
    receiver.answers.append(Says(202, b"thanks"))
    call = Post(receiver.url("/a%2Fb?sig=x%2By"), b'{"a": 1}', {"X-Foundry-Monitor-Delivery": "d"})
    reply = await sender.post(call)
    (got,) = receiver.got
    assert (got.method, got.path, got.body) == ("POST", "/a%2Fb?sig=x%2By", b'{"a": 1}')
    assert got.headers["content-type"] == "application/json"
    assert got.headers["x-foundry-monitor-delivery"] == "d"
    assert (reply.status, reply.answer, reply.problem, reply.error) == (202, "thanks", None, "")
    assert 0 < reply.elapsed_ms < 5_000


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_a_redirect_is_an_answer_and_not_followed(
    sender: WebhookSender, receiver: Receiver, status: int
) -> None:
    receiver.answers.append(Says(status, b"", {"Location": receiver.url("/elsewhere")}))
    assert (await sender.post(Post(receiver.url(), b"{}"))).status == status
    assert len(receiver.got) == 1


async def test_a_receivers_wish_to_wait_is_passed_on(
    sender: WebhookSender, receiver: Receiver
) -> None:
    receiver.answers.append(Says(429, b"slow down", {"Retry-After": "17"}))
    reply = await sender.post(Post(receiver.url(), b"{}"))
    assert (reply.status, reply.retry_after, reply.sent) == (429, "17", False)


async def test_only_the_beginning_of_an_answer_is_read(
    sender: WebhookSender, receiver: Receiver
) -> None:
    receiver.answers.append(Says(200, b"x" * (8 << 20)))
    assert (await sender.post(Post(receiver.url(), b"{}"))).answer == "x" * MAX_ANSWER_BYTES


async def test_a_compressed_answer_is_not_unpacked(
    sender: WebhookSender, receiver: Receiver
) -> None:
    bomb = gzip.compress(b"0" * (4 << 20))
    receiver.answers.append(Says(200, bomb, {"Content-Encoding": "gzip"}))
    reply = await sender.post(Post(receiver.url(), b"{}"))
    assert reply.sent
    assert "0000" not in reply.answer
    assert receiver.got[0].headers["accept-encoding"] == "identity"


async def test_an_answer_that_breaks_off_was_given(
    sender: WebhookSender, receiver: Receiver
) -> None:
    receiver.answers.append(Says(HALF, b"tak"))
    reply = await sender.post(Post(receiver.url(), b"{}"))
    assert (reply.status, reply.answer) == (200, "tak")


async def test_a_receiver_that_hangs_up_is_unreachable(
    sender: WebhookSender, receiver: Receiver
) -> None:
    receiver.answers.append(Says(RESET))
    reply = await sender.post(Post(receiver.url(SECRET_PATH), b"{}"))
    assert (reply.status, reply.problem) == (None, Problem.UNREACHABLE)
    assert "127.0.0.1" in reply.error
    assert "s3cret" not in reply.error


async def test_a_receiver_that_never_answers_is_given_up_in_time(receiver: Receiver) -> None:
    hasty = WebhookSender(allow_private=True, timeout_s=0.2)
    receiver.answers.append(Says(HANG))
    reply = await hasty.post(Post(receiver.url(SECRET_PATH), b"{}"))
    await hasty.close()
    assert reply.problem is Problem.UNREACHABLE
    assert reply.error == "no answer from 127.0.0.1 within 0.2 s"


async def test_a_closed_port_is_unreachable(sender: WebhookSender) -> None:
    reply = await sender.post(Post(f"http://127.0.0.1:{free_port()}{SECRET_PATH}", b"{}"))
    assert reply.problem is Problem.UNREACHABLE
    assert "s3cret" not in reply.error


@pytest.mark.parametrize(
    "url",
    [
        "http://no-such-name.invalid/s3cret",
        f"http://{'a' * 70}.example/s3cret",
        "http://x..example/s3cret",
        "http://x.example:99999/s3cret",
        "s3cret",
    ],
)
async def test_what_leads_nowhere_is_unreachable_and_not_shown(
    sender: WebhookSender, url: str
) -> None:
    reply = await sender.post(Post(url, b"{}"))
    assert reply.problem is Problem.UNREACHABLE
    assert "s3cret" not in reply.error


async def test_nothing_of_a_call_is_logged(
    sender: WebhookSender, receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    receiver.answers.extend([Says(500, b"s3cret"), Says(RESET)])
    for _ in range(3):
        await sender.post(Post(receiver.url(SECRET_PATH), b'{"routing_key": "s3cret"}'))
    own = [each for each in caplog.records if each.name != "aiohttp.access"]
    assert "s3cret" not in "".join(each.getMessage() for each in own)


def test_a_call_does_not_show_itself() -> None:
    assert "s3cret" not in repr(Post("https://x.example/s3cret", b"s3cret", {"A": "s3cret"}))
