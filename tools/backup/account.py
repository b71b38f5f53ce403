"""A storage account as a backup meets it: every entity of a table out, many at a time in."""

from collections.abc import AsyncIterator, Iterable, Iterator
from itertools import groupby
from operator import attrgetter
from typing import Any

from azure.core.exceptions import ResourceNotFoundError
from azure.data.tables import EntityProperty
from azure.data.tables.aio import TableServiceClient

from shared.adapters.entity import (
    MAX_TRANSACTION_ENTITIES,
    Entity,
    Op,
    Tables,
    Value,
    Verb,
)
from shared.adapters.table_account import TableAccount
from tools.backup.archive import Stored

# A transaction takes 4 MiB; an entity of 1 MiB is half as long again in base64.
_TRANSACTION_BYTES = 2 << 20


async def entities_of(service: TableServiceClient, table: str) -> AsyncIterator[Entity]:
    """Yield every entity of a table; none where it does not exist."""
    try:
        async for found in service.get_table_client(table).list_entities():
            yield _entity(found)
    except ResourceNotFoundError:
        return


def service_of(account: TableAccount) -> TableServiceClient:
    """Return the SDK's client of an account."""
    if account.connection_string:
        return TableServiceClient.from_connection_string(account.connection_string)
    return TableServiceClient(account.endpoint, credential=account.credential)


async def store(tables: Tables, stored: Iterable[Stored], *, overwrite: bool) -> None:
    """Write entities, as few calls as partitions allow.

    Args:
        tables: where to; missing tables are made.
        stored: in any order; those of one partition that follow each other go together.
        overwrite: write over what is there instead of failing.

    Raises:
        AlreadyStored: an entity is there already, and `overwrite` is false.
    """
    verb = Verb.UPSERT if overwrite else Verb.INSERT
    for table, of_table in groupby(stored, key=attrgetter("table")):
        for batch in _batches(each.entity for each in of_table):
            await tables.transact(table, [Op(verb, entity) for entity in batch])


def _batches(entities: Iterable[Entity]) -> Iterator[list[Entity]]:
    batch: list[Entity] = []
    size = 0
    for entity in entities:
        own = _size(entity)
        full = len(batch) == MAX_TRANSACTION_ENTITIES or size + own > _TRANSACTION_BYTES
        if batch and (full or batch[0].partition != entity.partition):
            yield batch
            batch, size = [], 0
        batch.append(entity)
        size += own
    if batch:
        yield batch


def _size(entity: Entity) -> int:
    return sum(
        len(value) if isinstance(value, str | bytes) else 8 for value in entity.properties.values()
    )


def _entity(found: dict[str, Any]) -> Entity:
    keys = ("PartitionKey", "RowKey")
    properties: dict[str, Value] = {
        name: value.value if isinstance(value, EntityProperty) else value
        for name, value in found.items()
        if name not in keys
    }
    return Entity(found["PartitionKey"], found["RowKey"], properties)
