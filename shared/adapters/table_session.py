"""HTTP exchanges with the table service: authorised, dated, retried, and refusals as our errors.

Every call is retried on connection faults, timeouts and 5xx or 429 answers, then becomes
`Unavailable`. A retry whose first try has landed unseen meets its own outcome: an insert then says
`AlreadyStored`, a conditional write `Stale`.
"""

import asyncio
import io
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

import aiohttp
from yarl import URL

from shared.adapters import table_wire as wire
from shared.adapters.table_account import TableAccount
from shared.errors import AlreadyStored, MissingTable, MonitorError, Stale, Unavailable

API_VERSION = "2020-12-06"
BATCH = "$batch"
_RETRIES = 3
_FIRST_PAUSE_S = 0.2
_RETRIED = {408, 429, 500, 502, 503, 504}
_CONNECTIONS = 64
_LARGE_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Call:
    """What is asked of the service.

    Attributes:
        method: HTTP method.
        path: below the account's endpoint, percent-encoded.
        headers: beyond those that every call has.
        body: JSON, or a changeset; None for none.
        query: percent-encoded, without the question mark.
        absent_ok: a 404 is an answer, not a refusal.
    """

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes | None = None
    query: str = ""
    absent_ok: bool = False


@dataclass(frozen=True, slots=True)
class Reply:
    """An HTTP answer of the service."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class TableSession:
    """The connections to one account's table service."""

    def __init__(
        self, account: TableAccount, clock: Callable[[], datetime], *, timeout_s: float
    ) -> None:
        """Remember the account and the clock that dates calls; connections open when needed."""
        self._account = account
        self._clock = clock
        self._timeout = aiohttp.ClientTimeout(total=timeout_s)
        self._session: aiohttp.ClientSession | None = None

    async def send(self, call: Call) -> Reply:
        """Return the answer to a call.

        Raises:
            AlreadyStored, Stale, MissingTable: as the service refused it.
            Unavailable: no answer after all retries, or a refusal of another kind.
        """
        reason = ""
        for attempt in range(_RETRIES + 1):
            if attempt:
                await asyncio.sleep(_FIRST_PAUSE_S * 2 ** (attempt - 1) * random.uniform(0.5, 1.0))
            try:
                reply = await self._once(call)
            except (aiohttp.ClientError, TimeoutError, OSError) as error:
                reason = f"{type(error).__name__} {error}".strip()
                continue
            status, code = _verdict(call, reply)
            if status < 300 or (status == 404 and call.absent_ok):
                return reply
            reason = f"{status} {code}".strip()
            if status not in _RETRIED:
                raise _refusal(status, code, f"{call.method} {call.path}: {reason}")
        raise Unavailable(f"storage did not answer: {call.method} {call.path}: {reason}")

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()

    async def _once(self, call: Call) -> Reply:
        if self._session is None:
            connector = aiohttp.TCPConnector(limit=_CONNECTIONS, ttl_dns_cache=60)
            self._session = aiohttp.ClientSession(connector=connector, timeout=self._timeout)
        headers = {
            "Accept": wire.MINIMAL,
            "Content-Type": wire.MINIMAL,
            "x-ms-version": API_VERSION,
            "DataServiceVersion": "3.0",
            **await self._account.headers(call.path, self._clock()),
            **call.headers,
        }
        address = f"{self._account.endpoint}/{call.path}"
        target = URL(f"{address}?{call.query}" if call.query else address, encoded=True)
        async with self._session.request(
            call.method, target, data=_in_pieces(call.body), headers=headers
        ) as response:
            return Reply(response.status, response.headers, await response.read())


def _in_pieces(body: bytes | None) -> bytes | io.BytesIO | None:
    """Return a body so that a large one does not hold up the event loop while it is sent."""
    return io.BytesIO(body) if body is not None and len(body) > _LARGE_BYTES else body


def _verdict(call: Call, reply: Reply) -> tuple[int, str]:
    if call.path == BATCH and reply.status == 202:
        return wire.changeset_status(reply.body)
    return reply.status, "" if reply.status < 300 else wire.error_code(reply.body)


def _refusal(status: int, code: str, message: str) -> MonitorError:
    match status, code:
        case 404, "ResourceNotFound" | "EntityNotFound":
            return Stale(message)
        case 404, _:
            return MissingTable(message)
        case 409, "" | "EntityAlreadyExists":
            return AlreadyStored(message)
        case 412, _:
            return Stale(message)
        case _:
            return Unavailable(f"storage refused: {message}")
