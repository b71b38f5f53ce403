"""A queue and receivers in memory: for tests and tools."""

from collections import deque

from shared.domain.notification.retry import Reply
from shared.services.channel_ports import Post


class MemoryQueue:
    """The `Queue` port in this process.

    Attributes:
        messages: text and delay in seconds of every message sent, in order.
    """

    def __init__(self) -> None:
        """Begin empty."""
        self.messages: list[tuple[str, int]] = []

    async def send(self, text: str, *, delay_s: int) -> None:
        """Keep a message; see `Queue.send`."""
        self.messages.append((text, delay_s))

    async def close(self) -> None:
        """Nothing to release."""


class MemoryWebhooks:
    """The `Webhooks` port without a network.

    Attributes:
        calls: every call made, in order.
        replies: what the next calls get; without one, 200.
    """

    def __init__(self) -> None:
        """Begin without a call."""
        self.calls: list[Post] = []
        self.replies: deque[Reply] = deque()

    async def post(self, call: Post) -> Reply:
        """Keep a call and return the next reply; see `Webhooks.post`."""
        self.calls.append(call)
        return self.replies.popleft() if self.replies else Reply(200, "ok")

    async def close(self) -> None:
        """Nothing to release."""
