"""Azurite is stopped, away, back, and killed: the app lives on, and resends make it whole."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e.api import Api
from tests.faults.posting import batch, post_until_stored, reported, sums
from tools.apphost import AppHost, HostOptions
from tools.azurite import Azurite

pytestmark = [pytest.mark.azurite, pytest.mark.faults]

ANSWER_WITHIN_S = 30


@dataclass
class Setup:
    """The app on an Azurite that keeps its data in a folder."""

    data_dir: Path
    azurite: Azurite
    host: AppHost

    @property
    def api(self) -> Api:
        return Api(self.host.port)

    def storage_returns(self) -> None:
        """Start Azurite on the ports and data it had."""
        self.azurite = Azurite.start(ports=self.azurite.ports, data_dir=self.data_dir)

    def restart_app(self) -> None:
        self.host.stop()
        self.host = start_app(self.azurite)


def start_app(azurite: Azurite) -> AppHost:
    settings = {"AzureWebJobsStorage": azurite.connection_string}
    return AppHost.start(settings=settings, options=HostOptions(timers=False))


@pytest.fixture
def setup(tmp_path: Path) -> Iterator[Setup]:
    azurite = Azurite.start(data_dir=tmp_path)
    started = Setup(tmp_path, azurite, start_app(azurite))
    yield started
    started.host.stop()
    started.azurite.stop()


def test_without_storage_clients_are_told_to_retry_and_its_return_is_enough(setup: Setup) -> None:
    first, second = batch("away"), batch("away")
    assert setup.api.requests(first, "away-1").status == 202
    setup.azurite.stop()

    began = time.monotonic()
    refused = setup.api.requests(second, "away-2")
    assert time.monotonic() - began < ANSWER_WITHIN_S
    assert refused.status == 503
    assert int(refused.headers["retry-after"]) > 0
    assert refused.json()["error"]["code"] == "unavailable"
    assert setup.api.get("v1/models/away/report").status == 503
    assert setup.api.get("health").status == 200
    ready = setup.api.get("health/ready")
    assert (ready.status, ready.json()["checks"]["storage"]["ok"]) == (503, False)

    setup.storage_returns()
    assert post_until_stored(setup.api, first, "away-1").json()["duplicate"] is True
    assert post_until_stored(setup.api, second, "away-2").json()["accepted"] == len(second)
    assert reported(setup.api, "away") == sums([first, second])
    setup.api.run("rollup")
    assert reported(setup.api, "away") == sums([first, second])


def test_records_and_rollups_outlive_a_restart_of_everything(setup: Setup) -> None:
    before, after = batch("restarted"), batch("restarted")
    assert setup.api.requests(before, "restarted-1").status == 202
    setup.api.run("rollup")
    setup.azurite.stop()
    setup.storage_returns()
    setup.restart_app()
    assert reported(setup.api, "restarted") == sums([before])
    assert setup.api.requests(after, "restarted-2").status == 202
    setup.api.run("rollup")
    assert reported(setup.api, "restarted") == sums([before, after])


def test_when_storage_loses_its_last_writes_resends_make_the_app_whole(setup: Setup) -> None:
    batches = {f"lost-{number}": batch("lost") for number in range(12)}
    for number, (name, records) in enumerate(batches.items()):
        assert setup.api.requests(records, name).status == 202
        if number == 6:
            setup.api.run("rollup")
    setup.azurite.kill()
    setup.storage_returns()
    answer = setup.api.get("v1/models/lost/report")
    assert answer.status == 200
    left = answer.json().get("total_requests", 0)
    assert left % len(batches["lost-0"]) == 0
    assert left <= sums(batches.values())["total_requests"]

    for name, records in batches.items():
        post_until_stored(setup.api, records, name)
    assert reported(setup.api, "lost") == sums(batches.values())
    setup.api.run("rollup")
    assert reported(setup.api, "lost") == sums(batches.values())
    setup.restart_app()
    assert reported(setup.api, "lost") == sums(batches.values())
