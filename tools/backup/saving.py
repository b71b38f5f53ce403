"""Saving an account's tables into a backup, and restoring a backup into an account."""

from collections.abc import Collection, Mapping
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from azure.data.tables.aio import TableServiceClient

from shared.adapters import tables as layout
from shared.adapters.creating_tables import CreatingTables
from shared.adapters.table_account import TableAccount
from shared.adapters.table_storage import TableStorage
from tools.backup.account import entities_of, service_of, store
from tools.backup.archive import Writer, check, entities

# What was measured, and requests in progress: large, or over within hours.
MEASURED = (layout.ROLLUPS, layout.DIGESTS, layout.SESSIONS)
STATE = tuple(name for name in layout.FIXED_TABLES if name not in MEASURED)


class RestoreError(Exception):
    """An account that a backup must not be restored into as it is, or a backup without a table."""


async def save(
    account: TableAccount, path: Path, *, everything: bool, now: datetime
) -> Mapping[str, int]:
    """Write a backup; return how many entities of each table it holds.

    Args:
        account: what to save.
        path: the file; an earlier one is replaced once the new one is whole.
        everything: rollups, digests, sessions and raw records too.
        now: the clock, UTC; stated in the file.
    """
    async with service_of(account) as service:
        tables = list(STATE)
        if everything:
            tables += [*MEASURED, *await _chunk_tables(service)]
        with Writer(path, account=account.name, now=now) as writer:
            for table in tables:
                async for entity in entities_of(service, table):
                    writer.add(table, entity)
    return writer.counts


async def restore(
    account: TableAccount, path: Path, *, only: Collection[str] = (), overwrite: bool
) -> Mapping[str, int]:
    """Write a backup's entities into an account; return how many of each table were written.

    The whole file is read before the first is written, so that a damaged one changes nothing.

    Args:
        account: where to.
        path: the file.
        only: tables to restore; empty: all that the file holds.
        overwrite: write over entities of the same key; what else is there stays.

    Raises:
        ArchiveError: the file is no backup, or is not whole.
        RestoreError: a table has entities already and `overwrite` is false, or the file lacks one.
    """
    _, counts = check(path)
    wanted = {name: count for name, count in counts.items() if not only or name in only}
    missing = set(only) - counts.keys()
    if missing:
        raise RestoreError(f"{path}: has nothing of {', '.join(sorted(missing))}")
    if not overwrite:
        await _demand_empty(account, wanted)
    tables = CreatingTables(TableStorage(account, lambda: datetime.now(UTC)))
    try:
        kept = (each for each in entities(path) if each.table in wanted)
        with closing(kept):
            await store(tables, kept, overwrite=overwrite)
    finally:
        await tables.close()
    return wanted


async def _chunk_tables(service: TableServiceClient) -> list[str]:
    names = [table.name async for table in service.list_tables()]
    return sorted(name for name in names if name.startswith(layout.CHUNKS))


async def _demand_empty(account: TableAccount, tables: Collection[str]) -> None:
    async with service_of(account) as service:
        for table in tables:
            async for entity in entities_of(service, table):
                raise RestoreError(
                    f"{table}: has entities already, as {entity.partition}/{entity.row}: restore "
                    "into an empty account, before the app runs on it, or overwrite"
                )
