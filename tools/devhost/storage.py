"""Clients of storage queues, from the connection a binding names."""

import os

from azure.core.exceptions import ResourceExistsError
from azure.storage.queue.aio import QueueClient

from tools.azurite import EMULATOR_PORTS, connection_string
from tools.devhost.app_settings import resolve
from tools.devhost.errors import FunctionError

_TIMEOUT_S = 15


def open_queue(connection: str, name: str) -> QueueClient:
    """Return a client of a queue; nothing is sent yet.

    Args:
        connection: the app setting that holds the connection string, with or without AzureWebJobs.
        name: the queue's name; `%SETTING%` is resolved.

    Raises:
        FunctionError: the setting is missing, or not a connection string.
    """
    text = os.environ.get(f"AzureWebJobs{connection}") or os.environ.get(connection)
    if not text:
        raise FunctionError(f"connection setting '{connection}' is not set")
    if text.strip().lower().startswith("usedevelopmentstorage=true"):
        text = connection_string(EMULATOR_PORTS)
    try:
        return QueueClient.from_connection_string(
            text,
            resolve(name),
            connection_timeout=_TIMEOUT_S,
            read_timeout=_TIMEOUT_S,
            retry_total=2,
            initial_backoff=1,
        )
    except ValueError as error:
        raise FunctionError(f"connection setting '{connection}': {error}") from error


async def ensure_exists(queue: QueueClient) -> None:
    """Create the queue unless it is there."""
    try:
        await queue.create_queue()
    except ResourceExistsError:
        return
