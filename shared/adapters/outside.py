"""What lies outside of the process, as its settings describe it: storage, telemetry, receivers.

Adapters that are slow to import are imported when they are needed first.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from shared.adapters.creating_tables import CreatingTables
from shared.adapters.entity import Tables
from shared.adapters.memory_channels import MemoryQueue, MemoryWebhooks
from shared.adapters.no_telemetry import NoTelemetry
from shared.errors import InvalidInput
from shared.services.channel_ports import Queue, Webhooks
from shared.services.ports import Telemetry
from shared.settings import STORAGE, STORAGE_ACCOUNT, Settings

if TYPE_CHECKING:
    from shared.adapters.table_account import TableAccount


@dataclass(frozen=True, slots=True)
class Outside:
    """What channels reach beyond the tables; in memory unless given.

    Attributes:
        queue: wakes the sending function up.
        webhooks: calls receivers.
        secret: app setting by name; None where it is not set.
    """

    queue: Queue = field(default_factory=MemoryQueue)
    webhooks: Webhooks = field(default_factory=MemoryWebhooks)
    secret: Callable[[str], str | None] = lambda _: None


def account_of(settings: Settings) -> "TableAccount":
    """Return the storage account; raise `InvalidInput` where no setting names one."""
    from shared.adapters.table_account import account_from_connection_string, account_with_identity

    if settings.storage:
        return account_from_connection_string(settings.storage)
    if settings.storage_account:
        return account_with_identity(
            settings.storage_account, settings.storage_tables, settings.storage_client_id
        )
    raise InvalidInput.at(STORAGE, f"expected this setting, or {STORAGE_ACCOUNT}")


def tables_of(account: "TableAccount", clock: Callable[[], datetime]) -> Tables:
    """Return an account's tables, made when they are first written to."""
    from shared.adapters.table_storage import TableStorage

    return CreatingTables(TableStorage(account, clock))


def outside_of(
    settings: Settings, account: "TableAccount", secret: Callable[[str], str | None]
) -> Outside:
    """Return queue, webhooks and secrets; `secret` gives an app setting by name."""
    from shared.adapters.queue_storage import QueueStorage
    from shared.adapters.webhook import WebhookSender

    return Outside(
        QueueStorage(account, endpoint=settings.storage_queues),
        WebhookSender(allow_private=settings.allow_private_webhooks),
        secret,
    )


def telemetry_of(settings: Settings) -> Telemetry:
    """Return Application Insights, or nowhere."""
    if not settings.insights:
        return NoTelemetry()
    from shared.adapters.appinsights import AppInsights

    return AppInsights(settings.insights, _insights_credential(settings))


def _insights_credential(settings: Settings) -> object | None:
    if "Authorization=AAD" not in settings.insights_authentication:
        return None
    from azure.identity import ManagedIdentityCredential

    fields = dict(
        part.split("=", 1) for part in settings.insights_authentication.split(";") if "=" in part
    )
    return ManagedIdentityCredential(client_id=fields.get("ClientId"))
