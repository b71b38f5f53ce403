"""The `Dispatches` port: notifications on their way and their history, in the table `alerts`.

A dispatch leaves together with the history that says what came of it, in one transaction. Where
that is too much for one, the outcome is kept in the dispatch's row first: whoever comes after a
crash then writes the rest of the history and does not send again.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from itertools import batched

from shared.adapters import dispatch_rows as rows
from shared.adapters import tables as layout
from shared.adapters.alert_rows import PARTITION, end_of
from shared.adapters.alert_store import MAX_OPERATIONS
from shared.adapters.entity import Entity, Op, Tables, Verb
from shared.domain.alert.alert import Notification
from shared.domain.notification.dispatch import Dispatch
from shared.errors import Stale
from shared.services.channel_ports import StoredDispatch, Waiting

_KEYS_ONLY = ("none",)
_PROGRESS_ONLY = (rows.PROGRESS,)


class DispatchStore:
    """The `Dispatches` port."""

    def __init__(self, tables: Tables) -> None:
        """Use the table `alerts`."""
        self._tables = tables

    async def due(self, before: datetime) -> list[Waiting]:
        """Return the unfinished dispatches due before a time, the oldest first."""
        end = rows.dispatches_from(before)
        found = self._query(rows.DISPATCH_PREFIX, end, select=_PROGRESS_ONLY)
        return [Waiting(*rows.id_and_due(each.row), rows.progress_of(each)) async for each in found]

    async def get(self, dispatch_id: str, due_at: datetime) -> StoredDispatch | None:
        """Return a dispatch, None for one that is finished."""
        key = rows.dispatch_key(dispatch_id, due_at)
        found = await self._tables.get(layout.ALERTS, PARTITION, key)
        if found is None:
            return None
        return StoredDispatch(rows.dispatch_of(found), rows.progress_of(found), found.etag)

    async def save(self, stored: StoredDispatch) -> StoredDispatch:
        """Store the progress of a dispatch as its ETag allows, else raise `Stale`."""
        row = rows.with_progress(stored.dispatch, stored.progress, stored.etag)
        return replace(stored, etag=await self._tables.replace(layout.ALERTS, row))

    async def was_told(self, dispatch: Dispatch) -> bool:
        """Tell whether the history already says what came of a dispatch."""
        first = dispatch.told[0]
        key = rows.told_key(first.alert.alert_id, dispatch, first.time)
        found = await self._tables.get(layout.ALERTS, PARTITION, key, select=_KEYS_ONLY)
        return found is not None

    async def finish(self, stored: StoredDispatch, history: Sequence[Notification]) -> None:
        """Take a dispatch away and keep what came of it, one entry for each alert it tells."""
        dispatch = stored.dispatch
        entries = [
            Op(Verb.UPSERT, rows.told_row(told.alert.alert_id, dispatch, entry))
            for told, entry in zip(dispatch.told, history, strict=False)
        ]
        # The first entry goes with the row: it is what says that all are written.
        last, early = entries[: MAX_OPERATIONS - 1], entries[MAX_OPERATIONS - 1 :]
        if early:
            with suppress(Stale):
                await self.save(stored)
        for ops in batched(early, MAX_OPERATIONS, strict=False):
            await self._tables.transact(layout.ALERTS, ops)
        key = rows.dispatch_key(dispatch.dispatch_id, dispatch.due_at)
        try:
            gone = Op(Verb.DELETE, Entity(PARTITION, key))
            await self._tables.transact(layout.ALERTS, [*last, gone])
        except Stale:
            # Somebody else finished it; what came of this try is history all the same.
            if last:
                await self._tables.transact(layout.ALERTS, last)

    async def history(self, alert_id: str) -> list[Notification]:
        """Return what channels were told of an alert, the oldest first."""
        prefix = rows.history_of(alert_id)
        found = self._query(prefix, end_of(prefix))
        return [rows.notification_of(each) async for each in found]

    async def forget_history(self, before: datetime) -> int:
        """Delete what was told before a time; return how many entries that were."""
        found = self._query(rows.TOLD_PREFIX, end_of(rows.TOLD_PREFIX), select=_KEYS_ONLY)
        old = [each.row async for each in found if rows.told_before(each.row, before)]
        for group in batched(old, MAX_OPERATIONS, strict=False):
            await self._forget([Entity(PARTITION, row) for row in group])
        return len(old)

    async def _forget(self, entities: Sequence[Entity]) -> None:
        try:
            await self._tables.transact(layout.ALERTS, [Op(Verb.DELETE, each) for each in entities])
        except Stale:
            # Somebody else deleted one of them, so each goes by itself.
            for entity in entities:
                await self._tables.delete(layout.ALERTS, entity)

    def _query(self, first: str, end: str, *, select: Sequence[str] = ()) -> AsyncIterator[Entity]:
        return self._tables.query(layout.ALERTS, PARTITION, first=first, end=end, select=select)
