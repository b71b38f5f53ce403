"""The `Groups` port: notices become dispatches in the table `alerts`, each exactly once.

A change is one transaction: the groups as their ETag allows, the dispatches they led to, and the
notices they took in, which are gone with it. So whatever stops a run, the next one finds either all
of it done or nothing.
"""

import zlib
from datetime import datetime

from shared.adapters import group_rows as rows
from shared.adapters import tables as layout
from shared.adapters.alert_rows import PARTITION
from shared.adapters.dispatch_rows import dispatch_rows, untold_row
from shared.adapters.entity import Entity, Op, Tables, Verb
from shared.domain.notification.notice import AlertNotice
from shared.errors import AlreadyStored, Stale, Unavailable
from shared.services.dispatch_ports import DispatchChange, StoredGroups


class GroupStore:
    """The `Groups` port."""

    def __init__(self, tables: Tables) -> None:
        """Use the table `alerts`."""
        self._tables = tables

    async def read(self, through: datetime) -> tuple[StoredGroups, list[AlertNotice]]:
        """Return the groups, and the notices decided at a time or before."""
        parts: list[Entity] = []
        notices: list[AlertNotice] = []
        end = rows.end_of_notices(through)
        async for entity in self._tables.query(
            layout.ALERTS, PARTITION, first=rows.GROUPS_PREFIX, end=end
        ):
            if entity.row.startswith(rows.GROUPS_PREFIX):
                parts.append(entity)
            else:
                notices.append(rows.notice_of(entity))
        return _stored(parts), notices

    async def commit(self, change: DispatchChange) -> None:
        """Store a change, or raise `Stale` where the groups are not those that were read."""
        ops = [
            *(Op(Verb.UPSERT, row) for each in change.dispatches for row in dispatch_rows(each)),
            *(Op(Verb.UPSERT, untold_row(e.alert_id, e.notification)) for e in change.untold),
            *(Op(Verb.DELETE, Entity(PARTITION, rows.notice_key(e))) for e in change.notices),
            *_group_ops(change),
        ]
        try:
            await self._tables.transact(layout.ALERTS, ops)
        except AlreadyStored as error:
            raise Stale("groups of alerts appeared meanwhile") from error


def _stored(parts: list[Entity]) -> StoredGroups:
    if not parts:
        return StoredGroups()
    try:
        groups = rows.groups_of(parts)
    except zlib.error as error:
        raise Unavailable("groups of alerts changed while they were read") from error
    return StoredGroups(groups, parts[0].etag, len(parts))


def _group_ops(change: DispatchChange) -> list[Op]:
    read = change.read
    first, *others = rows.group_rows(change.groups, read.etag)
    ops = [Op(Verb.REPLACE if read.etag else Verb.INSERT, first)]
    ops += [Op(Verb.UPSERT, row) for row in others]
    gone = (Entity(PARTITION, rows.group_row(at)) for at in range(len(ops), read.parts))
    return ops + [Op(Verb.DELETE, entity) for entity in gone]
