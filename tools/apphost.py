"""A function app run by the local host, as a child process.

Tests, the demo and `make serve` start it here; the process is the one that answers, which its own
process id proves (a foreign server on the port is not mistaken for it).
"""

import http.client
import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from tools.child import Child, ChildError, free_port, start_child

REPOSITORY = Path(__file__).parents[1]
_START_TIMEOUT_S = 60
_STOP_TIMEOUT_S = 40


@dataclass(frozen=True, slots=True)
class HostOptions:
    """How to run the host.

    Attributes:
        port: where to listen; 0 is a free port.
        timers: follow the schedules; without, timers run on demand only.
        key: the function key to demand; None lets everybody in.
        capture: keep what it prints for `AppHost.child.output()`, rather than print it here.
    """

    port: int = 0
    timers: bool = True
    key: str | None = None
    capture: bool = True


class AppHost:
    """One running host; as a context manager, it stops at the end of the block."""

    def __init__(self, child: Child, port: int) -> None:
        """Keep the process and its port."""
        self.child = child
        self.port = port

    @classmethod
    def start(
        cls,
        app_dir: Path = REPOSITORY,
        *,
        settings: Mapping[str, str] | None = None,
        options: HostOptions | None = None,
    ) -> Self:
        """Start a host and wait until it serves.

        Args:
            app_dir: the folder of function_app.py.
            settings: app settings on top of this process's environment; None for no others.
            options: how to run it; None for the defaults.

        Raises:
            ChildError: it did not start; the message has what it printed.
        """
        chosen = options or HostOptions()
        port = chosen.port or free_port()
        child = start_child(
            "the function host",
            _command(app_dir, port, chosen),
            env={**os.environ, **(settings or {})},
            cwd=REPOSITORY,
            capture=chosen.capture,
        )
        host = cls(child, port)
        try:
            child.wait_for(host._is_up, what="serving", timeout_s=_START_TIMEOUT_S)
        except BaseException:
            child.kill()
            raise
        return host

    @property
    def url(self) -> str:
        """The address of the host, without a path."""
        return f"http://127.0.0.1:{self.port}"

    def wait_until_healthy(self, path: str = "/api/health") -> None:
        """Wait until the app itself answers 200.

        Raises:
            ChildError: the host ended, or this took too long.
        """

        def healthy() -> bool | None:
            return True if _get(self.port, path)[0] == 200 else None

        self.child.wait_for(healthy, what=f"a 200 from {path}", timeout_s=_START_TIMEOUT_S)

    def stop(self) -> int:
        """Let running calls end, stop, and return the exit code, 0 when all went well."""
        return self.child.stop(grace_s=_STOP_TIMEOUT_S)

    def kill(self) -> int:
        """Crash the host."""
        return self.child.kill()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _is_up(self) -> bool | None:
        status, body = _get(self.port, "/admin/host/status")
        if status == 401:
            return True
        if status != 200:
            return None
        if json.loads(body).get("processId") != self.child.pid:
            raise ChildError(f"port {self.port} is served by another process")
        return True


def _command(app_dir: Path, port: int, options: HostOptions) -> list[str]:
    command = [sys.executable, "-m", "tools.devhost", str(app_dir), "--port", str(port)]
    if not options.timers:
        command.append("--no-timers")
    if options.key is not None:
        command += ["--enforce-keys", options.key]
    return command


def _get(port: int, path: str) -> tuple[int, bytes]:
    """Return status and body; status 0 when nobody answers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read()
    except (OSError, http.client.HTTPException):
        return 0, b""
    finally:
        connection.close()
