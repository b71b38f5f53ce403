"""One keep-alive connection of the load generator, on the bare protocol: it costs next to nothing.

The generator shares two cores with what it measures, so it spends some 20 us on a post where an
HTTP client library spends 200.
"""

import asyncio
import time
from collections.abc import Iterator, Sequence

_HEAD_END = b"\r\n\r\n"
_LENGTH = b"content-length: "
_ACCEPTED = b"HTTP/1.1 202"


class Connection(asyncio.Protocol):
    """Posts one request after the other.

    Attributes:
        latencies_ms: from the first byte sent to the last received, of each post.
        refused: posts answered by anything but 202.
    """

    def __init__(self, posts: Iterator[Sequence[bytes]]) -> None:
        """Take posts, in pieces, from an iterator that connections share."""
        self.latencies_ms: list[float] = []
        self.refused = 0
        self._posts = posts
        self._ended = asyncio.get_running_loop().create_future()
        self._answer = b""
        self._sent_s = 0.0

    async def post_all(self) -> None:
        """Post until there is nothing left, and hang up.

        Raises:
            ConnectionError: the app hung up first.
        """
        self._post_next()
        await self._ended
        self._transport.close()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Keep the transport."""
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        """End by an error unless all is done."""
        if not self._ended.done():
            self._ended.set_exception(exc or ConnectionResetError("the app hung up"))

    def data_received(self, data: bytes) -> None:
        """Take a part of an answer; when it is whole, post again."""
        self._answer += data
        if not _is_whole(self._answer):
            return
        self.latencies_ms.append((time.perf_counter() - self._sent_s) * 1e3)
        self.refused += not self._answer.startswith(_ACCEPTED)
        self._post_next()

    def _post_next(self) -> None:
        pieces = next(self._posts, None)
        if pieces is None:
            self._ended.set_result(None)
            return
        self._answer = b""
        self._sent_s = time.perf_counter()
        self._transport.writelines(pieces)


def _is_whole(answer: bytes) -> bool:
    head, _, body = answer.partition(_HEAD_END)
    _, found, length = head.lower().partition(_LENGTH)
    return bool(found) and len(body) >= int(length.split(b"\r\n")[0])
