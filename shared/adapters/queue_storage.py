"""Queues of a storage account: messages that wake up queue functions.

Texts go out as base64, which host.json tells the host to expect. The SDK is imported with the first
message (docs/decisions/0006).
"""

from typing import TYPE_CHECKING, Any

from azure.core.exceptions import AzureError, ResourceExistsError, ResourceNotFoundError

from shared.adapters.table_account import TableAccount
from shared.domain.notification.delivery import QUEUE
from shared.errors import Unavailable

if TYPE_CHECKING:
    from azure.storage.queue.aio import QueueClient

MAX_DELAY_S = 6 * 86_400
_LIFETIME_S = 7 * 86_400
_TIMEOUT_S = 15
RETRIES = 2


class QueueStorage:
    """The `Queue` port over one queue of a storage account."""

    def __init__(
        self,
        account: TableAccount,
        *,
        name: str = QUEUE,
        endpoint: str = "",
        retries: int = RETRIES,
    ) -> None:
        """Remember the queue; a client is built with the first message.

        Args:
            account: the account that has the tables.
            name: of the queue.
            endpoint: URL of the account's queue service where it is not the public cloud's; only
                for accounts without a connection string, which names it itself.
            retries: of one call, before the queue counts as unavailable.
        """
        self._account = account
        self._name = name
        self._endpoint = (endpoint or f"https://{account.name}.queue.core.windows.net").rstrip("/")
        self._retries = retries
        self._client: QueueClient | None = None

    @property
    def url(self) -> str:
        """Where the queue of an account without a connection string is."""
        return f"{self._endpoint}/{self._name}"

    async def send(self, text: str, *, delay_s: int) -> None:
        """Send a message, making the queue where it is missing.

        Raises:
            Unavailable: it was not sent.
        """
        wait_s = min(max(delay_s, 0), MAX_DELAY_S)
        try:
            client = self._opened()
            try:
                await self._sent(client, text, wait_s)
            except ResourceNotFoundError:
                await _made(client)
                await self._sent(client, text, wait_s)
        except AzureError as error:
            # Its text may quote the request.
            raise Unavailable(f"queue {self._name}: {type(error).__name__}") from error

    async def close(self) -> None:
        """Close the connections."""
        if self._client is not None:
            await self._client.close()
            self._client = None

    async def _sent(self, client: "QueueClient", text: str, delay_s: int) -> None:
        await client.send_message(text, visibility_timeout=delay_s, time_to_live=_LIFETIME_S)

    def _opened(self) -> "QueueClient":
        if self._client is None:
            from azure.storage.queue import TextBase64EncodePolicy
            from azure.storage.queue.aio import QueueClient

            options: dict[str, Any] = {
                "message_encode_policy": TextBase64EncodePolicy(),
                "connection_timeout": _TIMEOUT_S,
                "read_timeout": _TIMEOUT_S,
                "retry_total": self._retries,
                "initial_backoff": 1,
                "increment_base": 2,
            }
            if self._account.connection_string:
                self._client = QueueClient.from_connection_string(
                    self._account.connection_string, self._name, **options
                )
            else:
                self._client = QueueClient(
                    self._endpoint, self._name, credential=self._account.credential, **options
                )
        return self._client


async def _made(client: "QueueClient") -> None:
    try:
        await client.create_queue()
    except ResourceExistsError:
        return
