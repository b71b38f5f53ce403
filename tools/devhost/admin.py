"""The host's own routes: is it running, and `run this function now`.

Azure answers 202 before a function ends; here the answer waits for its end and tells how it went,
so that whoever triggers one knows when its work is done.
"""

import os
import re
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from tools.devhost.errors import InvocationError
from tools.devhost.runs import Runs

_RUN = re.compile(r"/admin/functions/([^/]+)")


class _Input(msgspec.Struct):
    input: str = ""


class AdminRoutes:
    """`GET /admin/host/status` and `POST /admin/functions/{name}`."""

    def __init__(self, runs: Runs) -> None:
        """Know no function yet."""
        self._runs = runs
        self._starters: dict[str, Callable[[str], Awaitable[None]]] = {}

    def add(self, function: str, start: Callable[[str], Awaitable[None]]) -> None:
        """Make a function run on demand; `start` takes the input given with the demand."""
        self._starters[function] = start

    async def answer(self, method: str, path: str, body: bytes) -> tuple[int, bytes]:
        """Return status and JSON body; empty for none."""
        if method == "GET" and path == "/admin/host/status":
            return 200, _json({"state": "Running", "processId": os.getpid()})
        called = _RUN.fullmatch(path)
        start = self._starters.get(called[1]) if called and method == "POST" else None
        if start is None:
            return 404, b""
        try:
            given = msgspec.json.decode(body or b"{}", type=_Input)
            await self._runs.run(_awaited(start(given.input)))
        except msgspec.DecodeError as error:
            return 400, _json({"error": str(error)})
        except InvocationError as error:
            return 500, _json({"error": str(error)})
        return 202, b""


async def _awaited(awaitable: Awaitable[None]) -> None:
    await awaitable


def _json(value: Any) -> bytes:
    return msgspec.json.encode(value)
