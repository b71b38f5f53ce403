"""Output bindings to storage queues: what a function puts out becomes messages."""

import base64
import json
from typing import Any

from azure.core.exceptions import AzureError
from azure.storage.queue.aio import QueueClient
from azure_functions_runtime.bindings.datumdef import Datum

from tools.devhost.errors import FunctionError, InvocationError
from tools.devhost.function import Binding, Function
from tools.devhost.host_json import Queues
from tools.devhost.storage import ensure_exists, open_queue
from tools.devhost.worker import Outputs


class OutputQueues:
    """The queues that functions write to, opened when first used and made where absent."""

    def __init__(self, options: Queues) -> None:
        """Open nothing yet."""
        self._options = options
        self._clients: dict[tuple[str, str], QueueClient] = {}

    async def send(self, function: Function, outputs: Outputs) -> None:
        """Send a function's outputs.

        Raises:
            InvocationError: the storage account refused or was out of reach.
        """
        try:
            for name, datum in outputs:
                queue = await self._queue(function.outputs[name])
                for text in _messages(datum):
                    await queue.send_message(self._encoded(text))
        except (AzureError, FunctionError) as error:
            raise InvocationError(f"output binding: {error}") from error

    async def close(self) -> None:
        """Close what was opened."""
        for client in self._clients.values():
            await client.close()

    async def _queue(self, binding: Binding) -> QueueClient:
        key = binding.attributes["connection"], binding.attributes["queueName"]
        if key not in self._clients:
            self._clients[key] = open_queue(*key)
            await ensure_exists(self._clients[key])
        return self._clients[key]

    def _encoded(self, text: bytes) -> str:
        return base64.b64encode(text).decode() if self._options.is_base64 else text.decode()


def check_outputs(function: Function) -> None:
    """Raise `FunctionError` for an output binding this host can't serve."""
    for binding in function.outputs.values():
        if binding.type not in ("http", "queue"):
            raise FunctionError(f"binding type '{binding.type}' is not supported by this host")


def _messages(datum: Datum) -> list[bytes]:
    """Return the messages of one output: a JSON list is one message per item."""
    value = json.loads(datum.value) if datum.type == "json" else datum.value
    return [_message(item) for item in (value if isinstance(value, list) else [value])]


def _message(item: Any) -> bytes:
    if isinstance(item, dict):
        # A QueueMessage object comes as its id and body; any other object is sent as JSON.
        item = item["body"] if item.keys() == {"id", "body"} else json.dumps(item)
    return item if isinstance(item, bytes) else str(item).encode()
