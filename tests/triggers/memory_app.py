"""The app as it is wired, over tables in memory."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from shared.adapters.creating_tables import CreatingTables
from shared.adapters.memory import MemoryTables
from shared.adapters.memory_channels import MemoryQueue, MemoryWebhooks
from shared.adapters.no_telemetry import NoTelemetry
from shared.bootstrap import App, Outside, assemble, given_app
from shared.settings import Settings


@contextmanager
def memory_app(
    queue: MemoryQueue | None = None, webhooks: MemoryWebhooks | None = None
) -> Iterator[App]:
    """Give triggers an app in memory that goes by the time, as timers do."""
    outside = Outside(queue or MemoryQueue(), webhooks or MemoryWebhooks())
    tables = CreatingTables(MemoryTables())
    parts = assemble(Settings(), tables, NoTelemetry(), lambda: datetime.now(UTC), outside)
    with given_app(parts):
        yield parts
