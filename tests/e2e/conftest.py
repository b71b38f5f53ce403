"""The real app behind the local host, on an in-memory Azurite: one per worker, timers on demand."""

from collections.abc import Iterator

import pytest

from tests.e2e.api import Api
from tools.apphost import HostOptions
from tools.serve import running_app


@pytest.fixture(scope="session")
def api() -> Iterator[Api]:
    """A client of the running app; tests keep apart by the names of their models and metrics."""
    with running_app(options=HostOptions(timers=False)) as app:
        yield Api(app.host.port)
