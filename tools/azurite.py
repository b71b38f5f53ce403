"""Azurite, the local stand-in for Azure Storage, as a child process.

Azurite says itself which ports it listens on, so port 0 gives each test run its own without a race,
and a foreign server on a wanted port can't be taken for ours.
"""

import http.client
import re
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from tools.child import Child, ChildError, start_child

ACCOUNT = "devstoreaccount1"
# The key every Azurite and storage emulator has, published by Microsoft; it guards nothing.
ACCOUNT_KEY = (
    "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
)

_PROGRAM = Path(__file__).parents[1] / "node_modules" / ".bin" / "azurite"
_LISTENING = re.compile(r"(Blob|Queue|Table) service is successfully listening at \S+:(\d+)")
_START_TIMEOUT_S = 60
_SAVE_TIMEOUT_S = 60
_KEEP_ALIVE_S = 120


@dataclass(frozen=True, slots=True)
class Ports:
    """Where the three services listen; 0 is any free port."""

    blob: int = 0
    queue: int = 0
    table: int = 0

    @classmethod
    def after(cls, port: int) -> Self:
        """Return the three ports that follow `port`."""
        return cls(port + 1, port + 2, port + 3)


EMULATOR_PORTS = Ports(10000, 10001, 10002)
"""What `UseDevelopmentStorage=true` stands for."""


def connection_string(ports: Ports) -> str:
    """Return the connection string of an Azurite on these ports."""
    services = {"Blob": ports.blob, "Queue": ports.queue, "Table": ports.table}
    endpoints = "".join(
        f"{service}Endpoint=http://127.0.0.1:{port}/{ACCOUNT};"
        for service, port in services.items()
    )
    account = f"AccountName={ACCOUNT};AccountKey={ACCOUNT_KEY}"
    return f"DefaultEndpointsProtocol=http;{account};{endpoints}"


class Azurite:
    """One running Azurite; as a context manager, it stops at the end of the block."""

    def __init__(self, child: Child, ports: Ports) -> None:
        """Keep the process and the ports it listens on."""
        self.child = child
        self.ports = ports

    @classmethod
    def start(cls, *, ports: Ports | None = None, data_dir: Path | None = None) -> Self:
        """Start Azurite and wait until its table service answers.

        Args:
            ports: where to listen; None for free ports.
            data_dir: the folder that keeps the data, made if absent; None keeps it in memory.

        Raises:
            ChildError: it did not start; the message says which port was taken, or what it printed.
        """
        if not _PROGRAM.exists():
            raise ChildError("Azurite is not installed: run `make install`")
        child = start_child("Azurite", _command(ports or Ports(), data_dir))
        try:
            return cls(child, _wait_until_listening(child))
        except BaseException:
            child.kill()
            raise

    @property
    def connection_string(self) -> str:
        """The connection string of this Azurite, for AzureWebJobsStorage."""
        return connection_string(self.ports)

    def stop(self) -> int:
        """Let Azurite save everything and end; return its exit code, 0 when it did so."""
        return self.child.stop(grace_s=_SAVE_TIMEOUT_S)

    def kill(self) -> int:
        """Crash Azurite: with a data folder, what came since its last save (5 s) is lost."""
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


def _command(ports: Ports, data_dir: Path | None) -> list[str]:
    command = [str(_PROGRAM), "--silent", "--skipApiVersionCheck", "--disableTelemetry"]
    for service in ("blob", "queue", "table"):
        command += [f"--{service}Port", str(getattr(ports, service))]
        # Azure leaves idle connections open for minutes; Azurite's 5 s would break clients' pools.
        command += [f"--{service}KeepAliveTimeout", str(_KEEP_ALIVE_S)]
    if data_dir is None:
        return [*command, "--inMemoryPersistence"]
    data_dir.mkdir(parents=True, exist_ok=True)
    return [*command, "--location", str(data_dir)]


def _wait_until_listening(child: Child) -> Ports:
    def announced() -> Ports | None:
        found = {name.lower(): int(port) for name, port in _LISTENING.findall(child.output())}
        return Ports(**found) if len(found) == 3 else None

    try:
        ports = child.wait_for(announced, what="listening", timeout_s=_START_TIMEOUT_S)
        child.wait_for(lambda: _answers(ports.table), what="an answer", timeout_s=_START_TIMEOUT_S)
    except ChildError as error:
        if taken := re.search(r"EADDRINUSE\D+[\d.]+:(\d+)", child.output()):
            raise ChildError(f"Azurite did not start: port {taken[1]} is in use") from error
        raise
    return ports


def _answers(port: int) -> bool | None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", f"/{ACCOUNT}/Tables")
        return connection.getresponse().status > 0
    except OSError:
        return None
    finally:
        connection.close()
