"""Serves a function app: `python -m tools.devhost [APP_DIR] --port 7071`."""

import argparse
import logging
import sys
from pathlib import Path

import uvloop

from tools.devhost.errors import HostError
from tools.devhost.host import Host
from tools.devhost.server import bind, serve


async def run(app_dir: Path, port: int, *, timers: bool, key: str | None) -> None:
    """Load the app and serve it until SIGTERM or SIGINT.

    Raises:
        HostError: it can't be started.
    """
    sock = bind(port)
    host = await Host.load(app_dir, timers=timers)
    await serve(host, host.front(key=key), sock)


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(prog="python -m tools.devhost", description=__doc__)
    parser.add_argument("app_dir", nargs="?", type=Path, default=Path())
    parser.add_argument("--port", type=int, default=7071)
    parser.add_argument("--no-timers", action="store_true", help="run timers on demand only")
    parser.add_argument("--enforce-keys", metavar="KEY", help="demand this function key")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)-7s %(message)s")
    for noisy in ("azure", "uvicorn"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    try:
        uvloop.run(
            run(
                arguments.app_dir.resolve(),
                arguments.port,
                timers=not arguments.no_timers,
                key=arguments.enforce_keys,
            )
        )
    except HostError as error:
        sys.exit(f"host did not start: {error}")


if __name__ == "__main__":
    main()
