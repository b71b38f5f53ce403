"""The app and Azurite run together, as `make serve` does."""

import os
import re
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from azure.data.tables import TableServiceClient

from tests.tools.http_calls import call
from tools.apphost import REPOSITORY
from tools.azurite import Azurite, Ports, connection_string
from tools.child import Child, start_child, wait_for
from tools.serve import running_app

pytestmark = pytest.mark.azurite

HEALTH_PATH = "/api/models/x/report"
SERVE = """
import sys
from pathlib import Path
from tools.serve import serve

serve(
    port=0,
    data_dir=Path(sys.argv[1]),
    app_dir=Path(sys.argv[2]),
    health_path=sys.argv[3],
)
"""


_ANNOUNCED = re.compile(
    r"blob (\d+), queue (\d+), table (\d+)\s+processes\s+app (\d+), Azurite (\d+)\s"
)


class Served(NamedTuple):
    """A running `serve`, with the processes it started."""

    child: Child
    app_pid: int
    azurite_pid: int
    ports: Ports
    data_dir: Path

    def ended(self) -> int:
        """Wait for its end and return its exit code."""
        return self.child.process.wait(60)

    def is_gone(self) -> bool | None:
        """Return True when neither of its processes runs, else None."""
        running = [Path(f"/proc/{pid}").exists() for pid in (self.app_pid, self.azurite_pid)]
        return None if any(running) else True


@pytest.fixture
def served(web_app: Path, tmp_path: Path) -> Iterator[Served]:
    data_dir = tmp_path / "data"
    arguments = [str(data_dir), str(web_app), HEALTH_PATH]
    child = start_child("serve", [sys.executable, "-c", SERVE, *arguments], cwd=REPOSITORY)

    def announced() -> re.Match[str] | None:
        return _ANNOUNCED.search(child.output())

    try:
        found = child.wait_for(announced, what="the announcement", timeout_s=60)
        ports, pids = found.group(1, 2, 3), found.group(4, 5)
        yield Served(child, int(pids[0]), int(pids[1]), Ports(*map(int, ports)), data_dir)
    finally:
        child.stop(grace_s=60)


def store_a_table(ports: Ports) -> None:
    with TableServiceClient.from_connection_string(connection_string(ports)) as service:
        service.create_table("kept")


def stored_tables(data_dir: Path) -> set[str]:
    with (
        Azurite.start(data_dir=data_dir) as azurite,
        TableServiceClient.from_connection_string(azurite.connection_string) as service,
    ):
        return {table.name for table in service.list_tables()}


def test_sigterm_stops_both_and_keeps_the_data(served: Served) -> None:
    store_a_table(served.ports)
    served.child.process.send_signal(signal.SIGTERM)
    assert served.ended() == 0
    assert served.is_gone()
    assert stored_tables(served.data_dir) == {"kept"}


def test_a_crash_of_the_app_stops_azurite_which_keeps_the_data(served: Served) -> None:
    store_a_table(served.ports)
    os.kill(served.app_pid, signal.SIGKILL)
    assert served.ended() == 1
    assert "stopped: the function host ended with exit code -9" in served.child.output()
    assert served.is_gone()
    assert stored_tables(served.data_dir) == {"kept"}


def test_a_crash_of_azurite_stops_the_app(served: Served) -> None:
    os.kill(served.azurite_pid, signal.SIGKILL)
    assert served.ended() == 1
    assert "stopped: Azurite ended with exit code -9" in served.child.output()
    assert served.is_gone()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a child with its parent")
def test_a_crash_of_serve_leaves_nothing_running(served: Served) -> None:
    served.child.kill()
    assert wait_for(served.is_gone, what="the end of both", timeout_s=60)


def test_an_app_can_be_run_for_the_length_of_a_block(web_app: Path) -> None:
    with running_app(app_dir=web_app, health_path=HEALTH_PATH) as app:
        assert call(app.host.port, "GET", HEALTH_PATH).status == 200
    assert app.host.child.process.returncode == 0
    assert app.azurite.child.process.returncode == 0
