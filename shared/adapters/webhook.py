"""HTTP calls to receivers of notifications, that cannot be led into the monitor's own network.

A name is resolved once per call, every address it has is checked, and the connection goes to those
very addresses: a name that answers differently the second time (DNS rebinding) gains nothing.
Redirects are not followed, proxies and cookies not used, and only the beginning of an answer is
read, as it comes. No message names more of a URL than its host.
"""

import socket
import time
from contextlib import suppress

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from shared.domain.notification.public_address import is_address, is_public
from shared.domain.notification.retry import Problem, Reply
from shared.services.channel_ports import Post

TIMEOUT_S = 10.0
MAX_ANSWER_BYTES = 4 << 10
_CONNECTIONS = 32
_HEADERS = {
    "Content-Type": "application/json",
    "User-Agent": "foundry-monitor",
    # A compressed answer would have to be unpacked to be read.
    "Accept-Encoding": "identity",
}
_FAULTS = (aiohttp.ClientError, TimeoutError, OSError, UnicodeError, ValueError)


class AddressRefused(OSError):
    """A host has an address that may not be called."""


class PublicResolver(AbstractResolver):
    """Resolves names, and refuses those with an address that is not public."""

    def __init__(self, resolver: AbstractResolver) -> None:
        """Check what another resolver finds."""
        self._resolver = resolver

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Return the addresses of a name; raise `AddressRefused` where one is not public."""
        found = await self._resolver.resolve(host, port, family)
        for each in found:
            _demand_public(each["host"])
        return found

    async def close(self) -> None:
        """Release the resolver."""
        await self._resolver.close()


class WebhookSender:
    """The `Webhooks` port."""

    def __init__(
        self,
        *,
        allow_private: bool,
        resolver: AbstractResolver | None = None,
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        """Keep the settings; connections open when needed.

        Args:
            allow_private: True calls addresses inside the network, too.
            resolver: of names; None is the system's.
            timeout_s: for a call as a whole.
        """
        self._allow_private = allow_private
        self._resolver = resolver
        self._timeout_s = timeout_s
        self._session: aiohttp.ClientSession | None = None

    async def post(self, call: Post) -> Reply:
        """Make a call; whatever comes of it is the reply."""
        began = time.perf_counter()
        host = ""
        try:
            url = URL(call.url, encoded=True)
            host = url.host or ""
            if not self._allow_private and is_address(host):
                _demand_public(host)
            status, answer, retry_after = await self._exchange(url, call)
        except _FAULTS as error:
            problem, text = self._described(error, host)
            return Reply(problem=problem, error=text, elapsed_ms=_ms_since(began))
        return Reply(status, answer, retry_after, _ms_since(began))

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _exchange(self, url: URL, call: Post) -> tuple[int, str, str]:
        async with self._opened().post(
            url, data=call.body, headers={**_HEADERS, **call.headers}, allow_redirects=False
        ) as response:
            answer = await _beginning(response.content)
            return response.status, answer, response.headers.get("Retry-After", "")

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            resolver = self._resolver or aiohttp.ThreadedResolver()
            connector = aiohttp.TCPConnector(
                resolver=resolver if self._allow_private else PublicResolver(resolver),
                use_dns_cache=False,
                limit=_CONNECTIONS,
                force_close=True,
            )
            self._session = aiohttp.ClientSession(
                connector=connector,
                timeout=aiohttp.ClientTimeout(total=self._timeout_s),
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
            )
        return self._session

    def _described(self, error: Exception, host: str) -> tuple[Problem, str]:
        """Return a fault as a problem and a text without the URL, which messages of errors name."""
        cause = error.os_error if isinstance(error, aiohttp.ClientConnectorError) else error
        if isinstance(cause, AddressRefused):
            return (
                Problem.ADDRESS_REFUSED,
                f"{host} is not a public address; ALLOW_PRIVATE_WEBHOOKS=true lets it be called",
            )
        if isinstance(cause, TimeoutError):
            return Problem.UNREACHABLE, f"no answer from {host} within {self._timeout_s:g} s"
        reason = cause.strerror if isinstance(cause, OSError) and cause.strerror else ""
        return Problem.UNREACHABLE, f"{host}: {reason or type(cause).__name__}"


def _demand_public(address: str) -> None:
    if not is_public(address):
        raise AddressRefused(f"{address} is not a public address")


async def _beginning(content: aiohttp.StreamReader) -> str:
    """Return the beginning of an answer; one that breaks off has been given all the same."""
    found = bytearray()
    with suppress(aiohttp.ClientError, TimeoutError, OSError):
        while len(found) < MAX_ANSWER_BYTES:
            piece = await content.read(MAX_ANSWER_BYTES - len(found))
            if not piece:
                break
            found += piece
    return found.decode("utf-8", "replace")


def _ms_since(began: float) -> float:
    return (time.perf_counter() - began) * 1_000
