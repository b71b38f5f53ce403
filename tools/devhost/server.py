"""The server: listens on the port, serves the front, and ends in order when told to.

On SIGTERM or SIGINT: accept no more calls, let running ones end, then timers and queues, exit 0.
"""

import asyncio
import contextlib
import logging
import os
import signal
import socket
import threading
from collections.abc import Iterator

import uvicorn

from tools.devhost.errors import HostError
from tools.devhost.front import Front
from tools.devhost.host import Host

GRACE_S = 10.0
_KEEP_ALIVE_S = 120
_BACKLOG = 2048

logger = logging.getLogger("devhost")


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals alone: uvicorn would raise them again at its end and skip ours."""
        yield


def bind(port: int) -> socket.socket:
    """Return a socket bound to a loopback port; calls are refused until it is served.

    Raises:
        HostError: the port is in use.
    """
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind(("127.0.0.1", port))
    except OSError as error:
        sock.close()
        raise HostError(f"port {port} is in use") from error
    return sock


async def serve(host: Host, front: Front, sock: socket.socket) -> None:
    """Serve until told to end."""
    server = _Server(_config(front))
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, _end, server)
    host.start()
    logger.info("listening on http://127.0.0.1:%d", sock.getsockname()[1])
    try:
        await server.serve(sockets=[sock])
    finally:
        await host.stop(grace_s=GRACE_S)


def _config(front: Front) -> uvicorn.Config:
    return uvicorn.Config(
        front,
        access_log=False,
        backlog=_BACKLOG,
        http="httptools",
        interface="asgi3",
        lifespan="off",
        log_config=None,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=int(GRACE_S),
        timeout_keep_alive=_KEEP_ALIVE_S,
        ws="none",
    )


def _end(server: uvicorn.Server) -> None:
    if not server.should_exit:
        logger.info("stopping")
        server.should_exit = True
        watchdog = threading.Timer(3 * GRACE_S, os._exit, [1])
        watchdog.daemon = True
        watchdog.start()
