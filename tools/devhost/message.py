"""A queue message as a function sees it: its text, and the facts that come with it."""

import base64
import binascii
import json
from datetime import UTC, datetime

from azure.storage.queue import QueueMessage
from azure_functions_runtime.bindings.datumdef import Datum

from tools.devhost.errors import InvocationError
from tools.devhost.host_json import Queues


def message_text(message: QueueMessage, options: Queues) -> str:
    """Return a message's text.

    Raises:
        InvocationError: it isn't base64 of UTF-8, though messages should be.
    """
    if not options.is_base64:
        return str(message.content)
    try:
        return base64.b64decode(message.content, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError) as error:
        raise InvocationError(f"message {message.id} is not base64 of UTF-8: {error}") from error


def message_metadata(message: QueueMessage, text: str) -> dict[str, Datum]:
    """Return the trigger metadata of a message."""
    return {
        "QueueTrigger": Datum(text, "string"),
        "DequeueCount": Datum(str(message.dequeue_count), "json"),
        "Id": Datum(message.id, "string"),
        "PopReceipt": Datum(message.pop_receipt, "string"),
        "InsertionTime": _time(message.inserted_on),
        "ExpirationTime": _time(message.expires_on),
        "NextVisibleTime": _time(message.next_visible_on),
    }


def sample_message() -> QueueMessage:
    """Return the message of a run on demand, which is in no queue."""
    now = datetime.now(UTC)
    message = QueueMessage(content="")
    message.id, message.pop_receipt, message.dequeue_count = "on-demand", "", 1
    message.inserted_on = message.expires_on = message.next_visible_on = now
    return message


def _time(moment: datetime | None) -> Datum:
    return Datum(json.dumps(moment.isoformat() if moment else ""), "json")
