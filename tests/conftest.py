"""What every test may ask for: one in-memory Azurite per worker, on free ports."""

from collections.abc import Iterator

import pytest

from tools.azurite import Azurite


@pytest.fixture(scope="session")
def azurite() -> Iterator[Azurite]:
    """An Azurite that keeps nothing; who uses it drops the tables it made."""
    with Azurite.start() as running:
        yield running
