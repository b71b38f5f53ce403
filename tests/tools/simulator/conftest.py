"""The simulated day that several tests look at."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tools.simulator import Traffic, simulate

_END = datetime(2026, 11, 23, 21, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def day() -> Traffic:
    """The day that ends on 2026-11-23 at 21:00 UTC."""
    return simulate(_END - timedelta(days=1), _END)


@pytest.fixture(scope="session")
def requests(day: Traffic) -> list[dict[str, Any]]:
    """Its requests, as they are sent."""
    return day.records()
