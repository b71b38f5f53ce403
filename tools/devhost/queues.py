"""Queue functions: fetch messages in batches, run each, retry, and give up into the poison queue.

As in Azure: batches of 16, five tries, then `<queue>-poison`; a pause that doubles while the queue
is empty; a message's lease is renewed while its function runs.
"""

import asyncio
import logging

from azure.core.exceptions import AzureError, ResourceNotFoundError
from azure.storage.queue import QueueMessage
from azure.storage.queue.aio import QueueClient
from azure_functions_runtime.bindings.datumdef import Datum

from tools.devhost.app_settings import resolve
from tools.devhost.errors import InvocationError
from tools.devhost.function import Function
from tools.devhost.host_json import Queues
from tools.devhost.message import message_metadata, message_text, sample_message
from tools.devhost.outputs import OutputQueues
from tools.devhost.runs import Runs
from tools.devhost.storage import ensure_exists, open_queue
from tools.devhost.worker import invoke

_LEASE_S = 600
_FIRST_PAUSE_S = 0.1

logger = logging.getLogger("devhost")


class QueueListener:
    """One queue function and the queue that triggers it."""

    def __init__(self, function: Function, options: Queues, outputs: OutputQueues) -> None:
        """Open the queue and its poison queue; raises `FunctionError` when that can't be."""
        attributes = function.trigger.attributes
        self.function = function
        self.queue_name = resolve(attributes["queueName"])
        self._options = options
        self._outputs = outputs
        self._queue = open_queue(attributes["connection"], self.queue_name)
        self._poison = open_queue(attributes["connection"], f"{self.queue_name}-poison")
        self._working: set[asyncio.Task[None]] = set()

    async def run(self, text: str) -> None:
        """Run the function once on `text`, without a message.

        Raises:
            InvocationError: the function failed.
        """
        await self._invoke(sample_message(), text)

    async def listen(self, runs: Runs) -> None:
        """Fetch and run messages, for ever."""
        pause_s = _FIRST_PAUSE_S
        while True:
            if len(self._working) > self._options.threshold:
                await asyncio.wait(self._working, return_when=asyncio.FIRST_COMPLETED)
                continue
            if messages := await self._fetch():
                self._begin(messages, runs)
                pause_s = _FIRST_PAUSE_S
            else:
                await asyncio.sleep(pause_s)
                pause_s = min(pause_s * 2, self._options.longest_pause_s)

    async def close(self) -> None:
        """Close both queues."""
        await self._queue.close()
        await self._poison.close()

    async def _fetch(self) -> list[QueueMessage]:
        """Return the next batch; empty when there is none, no queue, or no storage."""
        size = self._options.batch_size
        try:
            pages = self._queue.receive_messages(
                messages_per_page=size, max_messages=size, visibility_timeout=_LEASE_S
            )
            return [message async for message in pages]
        except ResourceNotFoundError:
            return []
        except AzureError as error:
            logger.warning("queue %s can't be read: %s", self.queue_name, error)
            return []

    def _begin(self, messages: list[QueueMessage], runs: Runs) -> None:
        for message in messages:
            task = runs.begin(self._work(message))
            self._working.add(task)
            task.add_done_callback(self._working.discard)

    async def _work(self, message: QueueMessage) -> None:
        renewal = asyncio.create_task(_renew(self._queue, message))
        try:
            await self._try(message)
        except AzureError as error:
            # The message comes back when its lease ends.
            logger.warning("queue %s, message %s: %s", self.queue_name, message.id, error)
        finally:
            renewal.cancel()

    async def _try(self, message: QueueMessage) -> None:
        tries, most = message.dequeue_count or 1, self._options.max_dequeue_count
        try:
            if tries > most:
                raise InvocationError("it was tried often enough before")
            await self._invoke(message, message_text(message, self._options))
        except InvocationError as error:
            logger.error("%s failed: %s", self.function.name, error)
            if tries < most:
                again_s = self._options.retry_after_s
                await self._queue.update_message(message, visibility_timeout=again_s)
                return
            await ensure_exists(self._poison)
            await self._poison.send_message(message.content, time_to_live=-1)
            logger.error(
                "%s: message %s went to %s-poison", self.function.name, message.id, self.queue_name
            )
        await self._queue.delete_message(message)

    async def _invoke(self, message: QueueMessage, text: str) -> None:
        metadata = message_metadata(message, text)
        _, outputs = await invoke(self.function, Datum(text, "string"), metadata)
        await self._outputs.send(self.function, outputs)


async def _renew(queue: QueueClient, message: QueueMessage) -> None:
    """Keep a message hidden from others while its function runs."""
    while True:
        await asyncio.sleep(_LEASE_S / 2)
        renewed = await queue.update_message(message, visibility_timeout=_LEASE_S)
        message.pop_receipt = renewed.pop_receipt
