"""A stand-in for the ingestion endpoint of Application Insights that keeps what it is sent.

It takes `POST /v2.1/track` as the service does: a JSON array of envelopes, gzip or not, answered
with how many were received and accepted and why the others were not. It can be down (an error
status, or a closed port between `stop` and `start`) and refuse single envelopes. In a process of
its own, `python -m tools.recorder --port 7000 [--out FILE]`, it is steered by
`POST /recorder/down?status=503&for_s=30&retry_after_s=60` and `POST /recorder/up`, and read by
`GET /recorder/envelopes`.
"""

import argparse
import asyncio
import json
import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from aiohttp import web

from tools.recorded import Envelope, RecordedEvent, RecordedMetric, events_in, metrics_in

INSTRUMENTATION_KEY = "00000000-0000-4000-8000-000000000001"
MAX_BODY_BYTES = 64 << 20


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an envelope is not accepted, as a status and a message of the service."""

    status: int
    message: str


@dataclass(frozen=True, slots=True)
class Outage:
    """How the endpoint fails; `until` is a time of the event loop, None is until told otherwise."""

    status: int
    until: float | None
    retry_after_s: int | None


class Recorder:
    """The endpoint, on a loopback port; an async context manager.

    Attributes:
        port: where it listens; chosen at the first start when it was 0, then kept.
        envelopes: everything accepted so far, in order.
        post_sizes: number of envelopes of every post that arrived, also while down.
        refuse: decides about each envelope; None accepts it.
    """

    def __init__(self, *, port: int = 0, out: Path | None = None) -> None:
        """Keep the settings; `start` opens the port, `out` gets an accepted envelope a line."""
        self.port = port
        self.envelopes: list[Envelope] = []
        self.post_sizes: list[int] = []
        self.refuse: Callable[[Envelope], Refusal | None] = lambda _: None
        self._out = out
        self._outage: Outage | None = None
        self._runner: web.AppRunner | None = None
        self._arrival = asyncio.Event()

    @property
    def connection_string(self) -> str:
        """What an application needs to report here."""
        endpoint = f"http://127.0.0.1:{self.port}"
        return f"InstrumentationKey={INSTRUMENTATION_KEY};IngestionEndpoint={endpoint}"

    async def start(self) -> None:
        """Open the port."""
        app = web.Application(client_max_size=MAX_BODY_BYTES)
        app.router.add_post("/v2.1/track", self._track)
        app.router.add_post("/recorder/down", self._down)
        app.router.add_post("/recorder/up", self._up)
        app.router.add_get("/recorder/envelopes", self._list)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Close the port: connections are refused until the next `start`."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    def go_down(
        self, *, status: int = 503, for_s: float | None = None, retry_after_s: int | None = None
    ) -> None:
        """Answer every post with an error, for a time or (None) until `come_up`."""
        until = None if for_s is None else asyncio.get_running_loop().time() + for_s
        self._outage = Outage(status, until, retry_after_s)

    def come_up(self) -> None:
        """Accept again."""
        self._outage = None

    def events(self, name: str | None = None) -> list[RecordedEvent]:
        """Return the accepted events in order; None is all names."""
        return events_in(self.envelopes, name)

    def metrics(self, name: str | None = None) -> list[RecordedMetric]:
        """Return the accepted metric values in order; None is all names."""
        return metrics_in(self.envelopes, name)

    async def wait_until(self, condition: Callable[[Self], bool], *, timeout_s: float = 10) -> None:
        """Return as soon as the condition holds; it is asked again after every post.

        Raises:
            TimeoutError: it did not hold in time.
        """
        async with asyncio.timeout(timeout_s):
            while not condition(self):
                self._arrival.clear()
                await self._arrival.wait()

    async def _track(self, request: web.Request) -> web.Response:
        try:
            envelopes: list[Envelope] = json.loads(await request.read())
        except ValueError:
            return _answer(0, {0: Refusal(400, "Invalid JSON")}, status=400)
        response = self._take(envelopes)
        self.post_sizes.append(len(envelopes))
        self._arrival.set()
        return response

    def _take(self, envelopes: list[Envelope]) -> web.Response:
        outage = self._outage
        if outage and (outage.until is None or asyncio.get_running_loop().time() < outage.until):
            wait_s = outage.retry_after_s
            headers = {} if wait_s is None else {"Retry-After": str(wait_s)}
            return web.json_response({}, status=outage.status, headers=headers)
        decided = [(envelope, self.refuse(envelope)) for envelope in envelopes]
        self._keep([envelope for envelope, refusal in decided if refusal is None])
        refusals = {index: refusal for index, (_, refusal) in enumerate(decided) if refusal}
        return _answer(len(envelopes), refusals, status=_status(len(envelopes), refusals))

    def _keep(self, envelopes: list[Envelope]) -> None:
        self.envelopes += envelopes
        if self._out is not None:
            with self._out.open("a") as lines:
                lines.writelines(json.dumps(envelope) + "\n" for envelope in envelopes)

    async def _down(self, request: web.Request) -> web.Response:
        query = request.query
        self.go_down(
            status=int(query.get("status", "503")),
            for_s=float(query["for_s"]) if "for_s" in query else None,
            retry_after_s=int(query["retry_after_s"]) if "retry_after_s" in query else None,
        )
        return web.Response(status=204)

    async def _up(self, _: web.Request) -> web.Response:
        self.come_up()
        return web.Response(status=204)

    async def _list(self, _: web.Request) -> web.Response:
        return web.json_response(self.envelopes)


def _status(received: int, refusals: dict[int, Refusal]) -> int:
    """Return 200 for all taken, 206 for some; if none was, the refusals' own status."""
    if not refusals:
        return 200
    return 206 if len(refusals) < received else next(iter(refusals.values())).status


def _answer(received: int, refusals: dict[int, Refusal], *, status: int) -> web.Response:
    errors = [
        {"index": index, "statusCode": refusal.status, "message": refusal.message}
        for index, refusal in refusals.items()
    ]
    accepted = received - len(refusals) if received else 0
    body = {"itemsReceived": received, "itemsAccepted": accepted, "appId": None, "errors": errors}
    return web.json_response(body, status=status)


async def _serve(port: int, out: Path | None) -> None:
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    async with Recorder(port=port, out=out) as recorder:
        print(recorder.connection_string, flush=True)
        await stopped.wait()


def main() -> None:
    """Record until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--port", type=int, default=0, help="0 chooses a free one")
    parser.add_argument("--out", type=Path, help="append accepted envelopes, a JSON object a line")
    arguments = parser.parse_args()
    asyncio.run(_serve(arguments.port, arguments.out))


if __name__ == "__main__":
    main()
