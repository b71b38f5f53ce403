"""The app's HTTP API as the demo uses it: every unexpected answer is an error that says what came.

A 429 or 503 is the app asking to come again later; that is safe, as every post has a batch id.
"""

import asyncio
import io
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

import aiohttp
import msgspec

CONNECTIONS = 6
ATTEMPTS = 5

_JSON = {"Content-Type": "application/json"}
# A run of a timer may take as long as its budget; no call takes longer.
_TIMEOUT = aiohttp.ClientTimeout(total=300)


class DemoError(Exception):
    """The demo cannot go on; the message is for the person who started it."""


class Api:
    """A client of one app over a few connections that stay open."""

    def __init__(self, base_url: str) -> None:
        """Keep where the app is, as `http://127.0.0.1:7071`; nothing is opened yet."""
        self.base_url = base_url

    async def __aenter__(self) -> Self:
        connector = aiohttp.TCPConnector(limit=CONNECTIONS)
        self._session = aiohttp.ClientSession(
            self.base_url, connector=connector, timeout=_TIMEOUT, headers=_JSON
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._session.close()

    async def get(self, path: str, **query: str) -> Any:
        """Return the answer to a GET.

        Raises:
            DemoError: the app could not be reached or did not answer 200.
        """
        return await self._call("GET", path, expected={200}, query=query)

    async def put(self, path: str, content: Mapping[str, Any]) -> Any:
        """Return the answer to a PUT of JSON; errors as for `get`."""
        body = msgspec.json.encode(content)
        return await self._call("PUT", path, expected={200, 201}, body=body)

    async def post(self, path: str, body: bytes) -> Any:
        """Return the answer to a POST of JSON that must be accepted; errors as for `get`."""
        return await self._call("POST", path, expected={202}, body=body)

    async def run(self, function: str) -> None:
        """Run a timer function to its end; errors as for `get`."""
        await self._call(
            "POST", f"/admin/functions/{function}", expected={202}, body=b'{"input":""}'
        )

    async def _call(
        self,
        method: str,
        path: str,
        *,
        expected: set[int],
        query: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> Any:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                # Of bytes beyond a megabyte aiohttp warns; a file it streams piece by piece.
                data = None if body is None else io.BytesIO(body)
                async with self._session.request(method, path, params=query, data=data) as answer:
                    content = await answer.read()
            except (aiohttp.ClientError, TimeoutError) as error:
                raise DemoError(f"{method} {path}: the app did not answer: {error!r}") from error
            if answer.status not in {429, 503} or attempt == ATTEMPTS:
                break
            await asyncio.sleep(_wait_s(answer.headers.get("Retry-After", "")))
        if answer.status not in expected:
            said = content.decode(errors="replace")[:500]
            raise DemoError(f"{method} {path}: the app answered {answer.status}: {said}")
        return msgspec.json.decode(content) if content else None


def _wait_s(retry_after: str) -> int:
    return min(int(retry_after), 10) if retry_after.isdigit() else 1
