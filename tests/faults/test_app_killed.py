"""The app's process is killed while it takes in records: what it acknowledged is there, once."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from tests.e2e.api import Api
from tests.faults.posting import TIMEOUT_S, batch, post_all, post_until_stored, reported, sums
from tools.apphost import AppHost, HostOptions
from tools.azurite import Azurite

pytestmark = [pytest.mark.azurite, pytest.mark.faults]

MODEL = "killed-app"


@pytest.fixture
def azurite() -> Iterator[Azurite]:
    """An Azurite of its own: the app's tables are not those of other tests."""
    with Azurite.start() as running:
        yield running


def test_an_app_killed_during_ingest_loses_and_doubles_nothing(azurite: Azurite) -> None:
    settings = {"AzureWebJobsStorage": azurite.connection_string}
    batches = {f"killed-{number}": batch(MODEL) for number in range(60)}
    some_stored = Event()
    host = AppHost.start(settings=settings, options=HostOptions(timers=False))
    api = Api(host.port)
    options = HostOptions(port=host.port, timers=False)
    with ThreadPoolExecutor(1) as clients:
        posting = clients.submit(post_all, api, batches, some_stored=some_stored)
        assert some_stored.wait(TIMEOUT_S)
        host.kill()
        with AppHost.start(settings=settings, options=options):
            posting.result(timeout=TIMEOUT_S)
            assert reported(api, MODEL) == sums(batches.values())
            api.run("rollup")
            assert reported(api, MODEL) == sums(batches.values())
            name, records = next(iter(batches.items()))
            assert post_until_stored(api, records, name).json()["duplicate"] is True
            api.run("rollup")
            assert reported(api, MODEL) == sums(batches.values())
