"""Fixtures for the tests of the local host: the folders of small function apps."""

from pathlib import Path

import pytest

_APPS = Path(__file__).with_name("apps")


@pytest.fixture(scope="session")
def web_app() -> Path:
    """The folder of the app of HTTP functions."""
    return _APPS / "web"


@pytest.fixture(scope="session")
def timed_app() -> Path:
    """The folder of the app of timers."""
    return _APPS / "timed"


@pytest.fixture(scope="session")
def queued_app() -> Path:
    """The folder of the app with a queue function."""
    return _APPS / "queued"


@pytest.fixture
def new_app(tmp_path: Path) -> Path:
    """An empty app folder with a valid host.json."""
    (tmp_path / "host.json").write_text('{"version": "2.0"}')
    return tmp_path
