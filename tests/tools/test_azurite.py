"""Azurite as a child process."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest
from azure.data.tables import TableServiceClient

from tools.azurite import Azurite, Ports
from tools.child import ChildError, wait_for

pytestmark = pytest.mark.azurite

DIES_WITHOUT_GOODBYE = """
import os
from tools.azurite import Azurite

print(Azurite.start().child.pid, flush=True)
os.kill(os.getpid(), 9)
"""


def tables(azurite: Azurite) -> set[str]:
    with TableServiceClient.from_connection_string(azurite.connection_string) as service:
        return {table.name for table in service.list_tables()}


def create_table(azurite: Azurite, name: str) -> None:
    with TableServiceClient.from_connection_string(azurite.connection_string) as service:
        service.create_table(name)


def test_two_in_memory_keep_apart() -> None:
    with Azurite.start() as one, Azurite.start() as other:
        create_table(one, "apart")
        assert tables(one) == {"apart"}
        assert tables(other) == set()


def test_a_data_folder_keeps_the_data_over_a_restart(tmp_path: Path) -> None:
    with Azurite.start(data_dir=tmp_path / "new") as first:
        create_table(first, "kept")
    with Azurite.start(ports=first.ports, data_dir=tmp_path / "new") as second:
        assert tables(second) == {"kept"}
        assert second.ports == first.ports
    assert first.child.process.returncode == 0


def test_a_taken_port_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ChildError, match=f"port {port} is in use"):
            Azurite.start(ports=Ports(table=port))


def test_its_death_is_noticed() -> None:
    azurite = Azurite.start()
    azurite.child.check()
    azurite.kill()
    with pytest.raises(ChildError, match="Azurite ended with exit code -9"):
        azurite.child.check()


def test_ports_follow_the_apps() -> None:
    assert Ports.after(7071) == Ports(blob=7072, queue=7073, table=7074)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a child with its parent")
def test_no_azurite_outlives_a_parent_that_is_killed() -> None:
    killed = subprocess.run(
        [sys.executable, "-c", DIES_WITHOUT_GOODBYE], capture_output=True, text=True, check=False
    )
    pid = int(killed.stdout)

    def gone() -> bool | None:
        return True if not Path(f"/proc/{pid}").exists() else None

    assert killed.returncode == -9
    assert wait_for(gone, what="the end of the orphan", timeout_s=30)
