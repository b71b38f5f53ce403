"""The `Alerts` port: what the evaluation of alerts leaves behind, in the table `alerts`.

A change is one transaction: the rule's state as its ETag allows, with the events and resolved
alerts that follow from it. Where these are too many for one transaction they go first: their keys
are deterministic, so that trying again writes the same rows.
"""

import zlib
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from itertools import batched

from shared.adapters import alert_rows as rows
from shared.adapters import tables as layout
from shared.adapters.entity import Entity, Op, Tables, Verb
from shared.adapters.group_rows import notice_row
from shared.domain.alert.view import Alert
from shared.domain.event import Event
from shared.errors import AlreadyStored, Stale, Unavailable
from shared.services.alert_ports import AlertChange, StoredRuleState

MAX_OPERATIONS = 99
_KEYS_ONLY = ("none",)


class AlertStore:
    """The `Alerts` port."""

    def __init__(self, tables: Tables) -> None:
        """Use the table `alerts`."""
        self._tables = tables

    async def states(self) -> dict[str, StoredRuleState]:
        """Return rule name -> the state of every rule that has one."""
        found: dict[str, dict[int, Entity]] = {}
        async for entity in self._query(rows.STATE_PREFIX, rows.end_of(rows.STATE_PREFIX)):
            rule, part = rows.rule_and_part(entity.row)
            found.setdefault(rule, {})[part] = entity
        return {rule: _stored(rule, parts) for rule, parts in found.items()}

    async def commit(self, change: AlertChange) -> None:
        """Store a change, or raise `Stale` where the state is not the one that was read."""
        guarded = _state_ops(change)
        follow = [Op(Verb.UPSERT, rows.event_row(event)) for event in change.events]
        follow += [Op(Verb.UPSERT, rows.resolved_row(alert)) for alert in change.ended]
        follow += [Op(Verb.UPSERT, notice_row(notice)) for notice in change.notices]
        early = max(0, len(follow) - (MAX_OPERATIONS - len(guarded)))
        for ops in batched(follow[:early], MAX_OPERATIONS, strict=False):
            await self._tables.transact(layout.ALERTS, ops)
        try:
            await self._tables.transact(layout.ALERTS, [*follow[early:], *guarded])
        except AlreadyStored as error:
            raise Stale("the rule's alerts appeared meanwhile") from error

    async def resolved(self, first: datetime, end: datetime) -> list[Alert]:
        """Return the alerts resolved in [first, end), oldest first."""
        found = self._query(rows.resolved_key(first), rows.resolved_key(end))
        return [rows.alert_of_row(entity) async for entity in found]

    async def find_resolved(self, alert_id: str) -> Alert | None:
        """Return a resolved alert or None."""
        everything = rows.end_of(rows.RESOLVED_PREFIX)
        async for key in self._query(rows.RESOLVED_PREFIX, everything, select=_KEYS_ONLY):
            if key.row.endswith(f"|{alert_id}"):
                entity = await self._tables.get(layout.ALERTS, rows.PARTITION, key.row)
                return None if entity is None else rows.alert_of_row(entity)
        return None

    async def add_events(self, events: Sequence[Event]) -> None:
        """Put events into the outbox that no rule has; one that waits already is the same."""
        for group in batched(events, MAX_OPERATIONS, strict=False):
            ops = [Op(Verb.UPSERT, rows.event_row(event)) for event in group]
            await self._tables.transact(layout.ALERTS, ops)

    async def pending_events(self, limit: int) -> list[Event]:
        """Return up to `limit` events that wait for delivery, oldest first."""
        found: list[Event] = []
        async for entity in self._query(rows.OUTBOX_PREFIX, rows.end_of(rows.OUTBOX_PREFIX)):
            found.append(rows.event_of(entity))
            if len(found) == limit:
                break
        return found

    async def pending_count(self) -> int:
        """Return how many events wait for delivery."""
        every = self._query(rows.OUTBOX_PREFIX, rows.end_of(rows.OUTBOX_PREFIX), select=_KEYS_ONLY)
        return sum([1 async for _ in every])

    async def forget_events(self, events: Sequence[Event]) -> None:
        """Take delivered events out of the outbox; one that is gone already is no error."""
        await self._delete([rows.event_row(event) for event in events])

    async def forget_alerts(self, alerts: Sequence[Alert]) -> None:
        """Delete resolved alerts; one that is gone already is no error."""
        await self._delete([rows.resolved_row(alert) for alert in alerts])

    async def forget_resolved(self, before: datetime) -> int:
        """Delete alerts resolved before a time; return how many that were."""
        old = self._query(rows.RESOLVED_PREFIX, rows.resolved_key(before), select=_KEYS_ONLY)
        found = [Entity(each.partition, each.row) async for each in old]
        await self._delete(found)
        return len(found)

    def _query(self, first: str, end: str, *, select: Sequence[str] = ()) -> AsyncIterator[Entity]:
        return self._tables.query(
            layout.ALERTS, rows.PARTITION, first=first, end=end, select=select
        )

    async def _delete(self, entities: Sequence[Entity]) -> None:
        for group in batched(entities, MAX_OPERATIONS, strict=False):
            try:
                await self._tables.transact(layout.ALERTS, [Op(Verb.DELETE, e) for e in group])
            except Stale:
                # Somebody else deleted one of them, so each goes by itself.
                for entity in group:
                    await self._tables.delete(layout.ALERTS, entity)


def _stored(rule: str, parts: dict[int, Entity]) -> StoredRuleState:
    ordered = [parts[at] for at in sorted(parts)]
    try:
        state = rows.state_of(ordered)
    except zlib.error as error:
        raise Unavailable(f"alerts of rule {rule} changed while they were read") from error
    return StoredRuleState(state, ordered[0].etag, len(ordered))


def _state_ops(change: AlertChange) -> list[Op]:
    read = change.read
    if change.state is None:
        return [Op(Verb.DELETE, entity) for entity in _rows_from(change, 0)]
    first, *others = rows.state_rows(change.state, read.etag if read else None)
    ops = [Op(Verb.REPLACE if read else Verb.INSERT, first)]
    ops += [Op(Verb.UPSERT, entity) for entity in others]
    return ops + [Op(Verb.DELETE, entity) for entity in _rows_from(change, len(ops))]


def _rows_from(change: AlertChange, part: int) -> list[Entity]:
    """Return the rows that were read, from one part on, as they are to be deleted."""
    if change.read is None:
        return []
    name = change.read.state.rule.name
    return [
        Entity(rows.PARTITION, rows.state_row(name, at), {}, change.read.etag if at == 0 else None)
        for at in range(part, change.read.parts)
    ]
