"""Queue functions under the local host, on a real Azurite."""

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest
from azure.core.exceptions import ResourceNotFoundError
from azure.storage.queue import QueueClient

from tests.tools.http_calls import call
from tools.apphost import AppHost
from tools.azurite import Azurite

pytestmark = pytest.mark.azurite


@pytest.fixture(scope="module")
def host(queued_app: Path, azurite: Azurite) -> Iterator[AppHost]:
    settings = {"AzureWebJobsStorage": azurite.connection_string}
    with AppHost.start(queued_app, settings=settings) as running:
        yield running


@pytest.fixture(scope="module")
def work(host: AppHost, azurite: Azurite) -> Iterator[QueueClient]:
    """The queue `work`, created after the host began to listen to it."""
    with QueueClient.from_connection_string(azurite.connection_string, "work") as queue:
        queue.create_queue()
        yield queue


def next_message(host: AppHost, azurite: Azurite, queue_name: str) -> str:
    """Take the next message out of a queue, as it is stored."""

    def taken() -> str | None:
        try:
            message = queue.receive_message()
        except ResourceNotFoundError:
            return None
        if message is None:
            return None
        queue.delete_message(message)
        return str(message.content)

    with QueueClient.from_connection_string(azurite.connection_string, queue_name) as queue:
        return host.child.wait_for(taken, what=f"a message in {queue_name}", timeout_s=30)


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def test_a_message_runs_its_function_and_the_output_is_sent(
    host: AppHost, work: QueueClient, azurite: Azurite
) -> None:
    work.send_message(encoded("good"))
    assert next_message(host, azurite, "done") == encoded("good, try 1")


def test_a_failed_message_is_tried_again(
    host: AppHost, work: QueueClient, azurite: Azurite
) -> None:
    work.send_message(encoded("flaky"))
    assert next_message(host, azurite, "done") == encoded("flaky, try 2")


def test_a_message_that_fails_five_times_goes_to_the_poison_queue(
    host: AppHost, work: QueueClient, azurite: Azurite
) -> None:
    work.send_message(encoded("bad"))
    assert next_message(host, azurite, "work-poison") == encoded("bad")
    assert host.child.output().count("work failed: ValueError('bad, try ") == 5


def test_a_message_that_is_not_base64_goes_to_the_poison_queue(
    host: AppHost, work: QueueClient, azurite: Azurite
) -> None:
    work.send_message("not base64")
    assert next_message(host, azurite, "work-poison") == "not base64"


def test_a_queue_function_runs_on_demand(
    host: AppHost, work: QueueClient, azurite: Azurite
) -> None:
    good = call(host.port, "POST", "/admin/functions/work", b'{"input": "by hand"}')
    bad = call(host.port, "POST", "/admin/functions/work", b'{"input": "bad"}')
    assert good.status == 202
    assert next_message(host, azurite, "done") == encoded("by hand, try 1")
    assert (bad.status, bad.json()) == (500, {"error": "ValueError('bad, try 1')"})
