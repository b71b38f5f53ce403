"""Runs the app and an Azurite together: `python -m tools.serve [--port N] [--data DIR | --memory]`.

Azurite takes the three ports after the app's. SIGTERM or Ctrl-C stops the app, then Azurite, which
saves; when either dies by itself the other is stopped and the exit code is 1.
"""

import argparse
import signal
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tools.apphost import REPOSITORY, AppHost, HostOptions
from tools.azurite import Azurite, Ports
from tools.child import ChildError

_WATCH_EVERY_S = 0.2


@dataclass(frozen=True, slots=True)
class LocalApp:
    """The app and its storage, both running."""

    host: AppHost
    azurite: Azurite

    @property
    def url(self) -> str:
        """The address of the app, without a path."""
        return self.host.url


@contextmanager
def running_app(
    *,
    app_dir: Path = REPOSITORY,
    data_dir: Path | None = None,
    settings: Mapping[str, str] | None = None,
    options: HostOptions | None = None,
    health_path: str = "/api/health",
) -> Iterator[LocalApp]:
    """Run Azurite and the app on it for the length of the block.

    Args:
        app_dir: the folder of function_app.py.
        data_dir: where Azurite keeps its data; None keeps it in memory.
        settings: app settings besides AzureWebJobsStorage; None for no others.
        options: how to run the host; a port other than 0 puts Azurite on the three that follow.
        health_path: what must answer 200 before the block begins.

    Raises:
        ChildError: one of the two did not start.
    """
    chosen = options or HostOptions()
    ports = Ports.after(chosen.port) if chosen.port else None
    with Azurite.start(ports=ports, data_dir=data_dir) as azurite:
        storage = {"AzureWebJobsStorage": azurite.connection_string}
        with AppHost.start(
            app_dir, settings={**(settings or {}), **storage}, options=chosen
        ) as host:
            host.wait_until_healthy(health_path)
            yield LocalApp(host, azurite)


def watch(app: LocalApp) -> None:
    """Return never, unless by an error.

    Raises:
        ChildError: the app or Azurite ended.
    """
    while True:
        app.host.child.check()
        app.azurite.child.check()
        time.sleep(_WATCH_EVERY_S)


def end_on_signals() -> None:
    """Make SIGTERM and Ctrl-C unwind the program once, with exit code 0."""

    def end(*_: object) -> None:
        for each in (signal.SIGTERM, signal.SIGINT):
            signal.signal(each, signal.SIG_IGN)
        sys.exit(0)

    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, end)


def serve(
    *,
    port: int,
    data_dir: Path | None,
    app_dir: Path = REPOSITORY,
    health_path: str = "/api/health",
) -> None:
    """Run the app in the foreground until a signal or the death of the app or of Azurite.

    Args:
        port: where the app listens; Azurite takes the next three. 0 is any free ports.
        data_dir: where Azurite keeps its data; None keeps it in memory.
        app_dir: the folder of function_app.py.
        health_path: what must answer 200 before the app is announced.

    Raises:
        SystemExit: with 0 after a signal, with a message (exit code 1) otherwise.
    """
    end_on_signals()
    options = HostOptions(port=port, capture=False)
    try:
        with running_app(
            app_dir=app_dir, data_dir=data_dir, options=options, health_path=health_path
        ) as app:
            _greet(app, data_dir)
            watch(app)
    except ChildError as error:
        sys.exit(f"stopped: {error}")


def _greet(app: LocalApp, data_dir: Path | None) -> None:
    kept = f"in {data_dir}" if data_dir else "in memory: gone when this ends"
    ports = app.azurite.ports
    print(
        f"\nFoundry Monitor is running; Ctrl-C stops it. Its data is {kept}.\n"
        f"  post model requests to  {app.url}/api/v1/requests\n"
        f"  ask for                 {app.url}/api/v1/summary?range=1h\n"
        f"  storage ports           blob {ports.blob}, queue {ports.queue}, table {ports.table}\n"
        f"  processes               app {app.host.child.pid}, Azurite {app.azurite.child.pid}\n",
        flush=True,
    )


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(prog="python -m tools.serve", description=__doc__)
    parser.add_argument("--port", type=int, default=7071)
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--data", type=Path, default=REPOSITORY / ".data", metavar="DIR")
    where.add_argument("--memory", action="store_true", help="keep no data")
    arguments = parser.parse_args()
    serve(port=arguments.port, data_dir=None if arguments.memory else arguments.data.resolve())


if __name__ == "__main__":
    main()
