"""A table service on loopback that fails as told, in front of a real one or of none."""

import asyncio
from collections import deque
from types import TracebackType
from typing import Self

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer
from yarl import URL

RESET = "reset the connection before anything happens"
LOSE_ANSWER = "let the call happen, then reset the connection"
HANG = "never answer"

type Fault = str | int

_NOT_FORWARDED = {"host", "content-length", "transfer-encoding", "connection"}


class FaultyService:
    """Meets each call with the next fault; without one, passes it on or answers 204.

    Attributes:
        faults: what to do with the next calls: one of the constants, or a status to answer.
        calls: method and path of each call that came.
        authorizations: the header that authorised each call.
    """

    def __init__(self, upstream: str = "") -> None:
        self.faults: deque[Fault] = deque()
        self.calls: list[str] = []
        self.authorizations: list[str] = []
        self._upstream = upstream
        self._closing = asyncio.Event()
        application = web.Application(client_max_size=8 << 20)
        application.router.add_route("*", "/{path:.*}", self._answer)
        self._server = TestServer(application)

    @property
    def port(self) -> int:
        """The port it listens on."""
        port = self._server.port
        assert port is not None
        return port

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

    async def _answer(self, request: web.Request) -> web.Response:
        self.calls.append(f"{request.method} {request.path}")
        self.authorizations.append(request.headers.get("Authorization", ""))
        body = await request.read()
        fault = self.faults.popleft() if self.faults else None
        if isinstance(fault, int):
            return web.json_response({"odata.error": {"code": "ServerBusy"}}, status=fault)
        if fault == HANG:
            await self._closing.wait()
        answer = web.Response(status=204)
        if self._upstream and fault in (None, LOSE_ANSWER):
            answer = await self._pass_on(request, body)
        if fault in (RESET, LOSE_ANSWER) and request.transport is not None:
            request.transport.abort()
        return answer

    async def _pass_on(self, request: web.Request, body: bytes) -> web.Response:
        kept = {k: v for k, v in request.headers.items() if k.lower() not in _NOT_FORWARDED}
        address = URL(f"{self._upstream}{request.raw_path}", encoded=True)
        async with (
            aiohttp.ClientSession() as session,
            session.request(request.method, address, headers=kept, data=body or None) as reply,
        ):
            content = await reply.read()
            headers = {k: v for k, v in reply.headers.items() if k.lower() not in _NOT_FORWARDED}
            return web.Response(status=reply.status, headers=headers, body=content)
