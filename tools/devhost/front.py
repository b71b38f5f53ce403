"""The HTTP front: an ASGI application that finds the function of a call and answers for it.

It stands under the ingest benchmark, so a call costs one route look-up, one conversion each way
and nothing else: no middleware, no access log. A function that fails is a 500 without a body, as in
Azure.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any, Protocol

from tools.devhost.errors import InvocationError
from tools.devhost.function import Function
from tools.devhost.http_call import answer_of, headers_of, query_of, request_datum
from tools.devhost.routes import Routes
from tools.devhost.worker import Outputs, invoke

type Message = MutableMapping[str, Any]
type Receive = Callable[[], Awaitable[Message]]
type Send = Callable[[Message], Awaitable[None]]
type Headers = list[tuple[bytes, bytes]]

_NO_BODY = frozenset({204, 304})

logger = logging.getLogger("devhost")


class BodyTooLarge(Exception):
    """A request's body passes the host's limit."""


class ClientGone(Exception):
    """The client hung up before its request was complete."""


class Admin(Protocol):
    """The `/admin` routes."""

    async def answer(self, method: str, path: str, body: bytes) -> tuple[int, bytes]:
        """Return status and JSON body; empty for none."""


@dataclass(frozen=True, slots=True)
class Front:
    """What is needed to serve HTTP.

    Attributes:
        routes: the app's routes.
        admin: the host's own.
        send_outputs: delivers what a function gave to its output bindings.
        key: what `x-functions-key` or `code` must be; None lets everybody in.
        body_limit_bytes: the largest body accepted.
    """

    routes: Routes[Function]
    admin: Admin
    send_outputs: Callable[[Function, Outputs], Awaitable[None]]
    key: str | None
    body_limit_bytes: int

    async def __call__(self, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        """Serve one call, as ASGI prescribes."""
        try:
            body = await _body(receive, self.body_limit_bytes)
        except ClientGone:
            return
        except BodyTooLarge:
            await _reply(send, 413, [(b"connection", b"close")], b"")
            return
        await _reply(send, *await self._answer(scope, body))

    async def _answer(self, scope: Mapping[str, Any], body: bytes) -> tuple[int, Headers, bytes]:
        method, raw_path = scope["method"], scope["raw_path"].decode("latin-1")
        headers, query = headers_of(scope["headers"]), query_of(scope["query_string"])
        may_enter = (
            self.key is None or headers.get("x-functions-key", query.get("code")) == self.key
        )
        if raw_path.startswith("/admin/"):
            if not may_enter:
                return 401, [], b""
            status, answer = await self.admin.answer(method, raw_path, body)
            return status, [(b"content-type", b"application/json")] if answer else [], answer
        found = self.routes.find(method, raw_path)
        if found is None:
            return 404, [], b""
        function, route = found
        if not may_enter and function.trigger.attributes.get("authLevel") != "ANONYMOUS":
            return 401, [], b""
        request = request_datum(scope, headers, query, route, body)
        try:
            returned, outputs = await invoke(
                function, request, traceparent=headers.get("traceparent", "")
            )
            if outputs:
                await self.send_outputs(function, outputs)
            return answer_of(returned)
        except InvocationError as error:
            logger.error("%s failed: %s", function.name, error)
            return 500, [], b""


async def _body(receive: Receive, limit_bytes: int) -> bytes:
    message = await receive()
    body: bytes = message.get("body", b"")
    if message.get("more_body", False):
        body = await _long_body(receive, body, limit_bytes)
    elif message["type"] == "http.disconnect":
        raise ClientGone
    if len(body) > limit_bytes:
        raise BodyTooLarge
    return body


async def _long_body(receive: Receive, first: bytes, limit_bytes: int) -> bytes:
    chunks, size_bytes, more = [first], len(first), True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        chunks.append(message.get("body", b""))
        size_bytes += len(chunks[-1])
        if size_bytes > limit_bytes:
            raise BodyTooLarge
        more = message.get("more_body", False)
    return b"".join(chunks)


async def _reply(send: Send, status: int, headers: Headers, body: bytes) -> None:
    if status not in _NO_BODY:
        headers = [pair for pair in headers if pair[0] != b"content-length"]
        headers.append((b"content-length", b"%d" % len(body)))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if status in _NO_BODY else body})
