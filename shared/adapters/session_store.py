"""The `Sessions` port, in the table `sessions`.

Session and open row change in one transaction, so that the sweeper, which reads open rows only,
never takes an ended session for one in progress.
"""

from collections.abc import Callable, Sequence
from itertools import batched

from shared.adapters import session_rows as rows
from shared.adapters import tables as layout
from shared.adapters.entity import MAX_TRANSACTION_ENTITIES, Entity, Op, Tables, Verb
from shared.domain.label import Labels
from shared.domain.record.session import Session
from shared.errors import AlreadyStored, Stale
from shared.services.session_ports import OpenSession, StoredSession

_KEYS_ONLY = ("none",)


class SessionStore:
    """Sessions over entity tables."""

    def __init__(self, tables: Tables) -> None:
        """Use the table `sessions`."""
        self._tables = tables

    async def insert(self, session: Session) -> None:
        """Store a new session and open it, both or none; a session stored twice is one."""
        ops = [
            Op(Verb.INSERT, rows.session_row(session)),
            Op(Verb.INSERT, rows.open_row(session)),
        ]
        try:
            await self._tables.transact(layout.SESSIONS, ops)
        except AlreadyStored as error:
            # A try whose answer was lost on the way has stored it.
            stored = await self.get(session.session_id)
            if stored is None or stored.session != session:
                raise Stale(f"{session.session_id} exists already") from error

    async def get(self, session_id: str) -> StoredSession | None:
        """Return a session or None."""
        found = await self._tables.get(layout.SESSIONS, rows.partition_of(session_id), session_id)
        return None if found is None else rows.session_of(found)

    async def end(self, read: StoredSession, session: Session) -> None:
        """Store a session with its outcome, as it was read; raise `Stale` if it changed since."""
        ops = [
            Op(Verb.REPLACE, rows.session_row(session, read.etag)),
            Op(Verb.REPLACE, rows.open_row(session)),
        ]
        await self._tables.transact(layout.SESSIONS, ops)

    async def close(self, session_id: str) -> None:
        """Take a session from the open ones: its record is stored. Absent is no error."""
        await self._tables.delete(layout.SESSIONS, rows.open_key(session_id))

    async def open_sessions(self, first: int, end: int) -> list[OpenSession]:
        """Return the open ones of those started in the hours of minutes [first, end)."""
        return [
            rows.open_session_of(entity)
            for partition in rows.partitions(first, end)
            async for entity in self._tables.query(
                layout.SESSIONS, partition, first=rows.OPEN_FIRST, end=rows.OPEN_END
            )
        ]

    async def drop(self, first: int, end: int) -> int:
        """Forget the sessions started in the hours of [first, end); return how many rows went."""
        dropped = 0
        for partition in rows.partitions(first, end):
            found = self._tables.query(layout.SESSIONS, partition, select=_KEYS_ONLY)
            keys = [Entity(each.partition, each.row) async for each in found]
            await self._delete(keys)
            dropped += len(keys)
        return dropped

    async def erase(self, first: int, end: int, gone: Callable[[Labels], bool]) -> int:
        """Forget sessions by their labels; see `Sessions.erase`."""
        erased = 0
        for partition in rows.partitions(first, end):
            found = self._tables.query(layout.SESSIONS, partition)
            theirs = [each async for each in found if gone(rows.labels_of(each))]
            await self._delete([Entity(each.partition, each.row) for each in theirs])
            erased += sum(not each.row.startswith(rows.OPEN_FIRST) for each in theirs)
        return erased

    async def _delete(self, keys: Sequence[Entity]) -> None:
        for group in batched(keys, MAX_TRANSACTION_ENTITIES, strict=False):
            try:
                await self._tables.transact(layout.SESSIONS, [Op(Verb.DELETE, e) for e in group])
            except Stale:
                # Somebody else deleted one of them, so each goes by itself.
                for key in group:
                    await self._tables.delete(layout.SESSIONS, key)
