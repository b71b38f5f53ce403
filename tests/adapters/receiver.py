"""A receiver of notifications on loopback that answers as told and keeps what it got."""

import asyncio
from collections import deque
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from aiohttp import web
from aiohttp.test_utils import TestServer

HANG = -1
RESET = -2
HALF = -3


@dataclass(frozen=True)
class Got:
    """One call that came."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Says:
    """One answer: a status, or HANG (none), RESET (cut off), HALF (200, then cut off)."""

    status: int = 200
    body: bytes = b"ok"
    headers: dict[str, str] = field(default_factory=dict)


class Receiver:
    """An HTTP server of one's own.

    Attributes:
        answers: what the next calls get; without one, 200.
        got: every call that came, in order; header names in lower case.
    """

    def __init__(self, port: int = 0) -> None:
        self.answers: deque[Says] = deque()
        self.got: list[Got] = []
        self._arrival = asyncio.Event()
        self._closing = asyncio.Event()
        application = web.Application(client_max_size=16 << 20)
        application.router.add_route("*", "/{path:.*}", self._answer)
        self._server = TestServer(application, host="127.0.0.1", port=port or None)

    @property
    def port(self) -> int:
        """The port it listens on."""
        port = self._server.port
        assert port is not None
        return port

    def url(self, path: str = "/hook", *, host: str = "127.0.0.1") -> str:
        """Return the address of a path of it."""
        return f"http://{host}:{self.port}{path}"

    async def wait_for(self, count: int, *, timeout_s: float = 60) -> None:
        """Return once so many calls came."""
        async with asyncio.timeout(timeout_s):
            while len(self.got) < count:
                self._arrival.clear()
                await self._arrival.wait()

    async def __aenter__(self) -> Self:
        await self._server.start_server()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._closing.set()
        await self._server.close()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        names = {name.lower(): value for name, value in request.headers.items()}
        self.got.append(Got(request.method, request.raw_path, names, body))
        self._arrival.set()
        says = self.answers.popleft() if self.answers else Says()
        if says.status == HANG:
            await self._closing.wait()
        if says.status == HALF:
            return await self._half(request, says)
        if says.status == RESET and request.transport is not None:
            request.transport.abort()
        status = max(says.status, 200)
        return web.Response(status=status, body=says.body, headers=says.headers)

    async def _half(self, request: web.Request, says: Says) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": "1000"})
        await response.prepare(request)
        await response.write(says.body)
        if request.transport is not None:
            request.transport.abort()
        return response
