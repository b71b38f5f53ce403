"""Concurrent inserts into one partition, sent together as one transaction.

An insert that finds its partition idle goes at once; those that come while it is under way wait for
it and then go together, so a lone caller never waits and a crowd shares the cost of a round trip.
Where a transaction meets a row that exists, its inserts go one by one.
"""

import asyncio
from collections import deque

from shared.adapters.entity import MAX_TRANSACTION_ENTITIES, Entity, Op, Tables, Verb
from shared.adapters.entity_limits import MAX_OPERATIONS_BYTES, wire_bytes
from shared.errors import AlreadyStored, MonitorError, Unavailable

type Waiting = tuple[Entity, asyncio.Future[None]]
type Place = tuple[str, str]


class Coalescer:
    """Inserts entities, many at a time where many wait."""

    def __init__(self, tables: Tables) -> None:
        """Begin with nothing waiting."""
        self._tables = tables
        self._waiting: dict[Place, deque[Waiting]] = {}
        self._senders: set[asyncio.Task[None]] = set()

    async def insert(self, table: str, entity: Entity) -> None:
        """Store a new entity.

        Raises:
            AlreadyStored: the key exists.
            ValueError: an entity that Azure would refuse, and with it a whole transaction.
        """
        place = (table, entity.partition)
        done = asyncio.get_running_loop().create_future()
        queue = self._waiting.get(place)
        if queue is not None:
            queue.append((entity, done))
        else:
            self._waiting[place] = deque([(entity, done)])
            sender = asyncio.create_task(self._send_all(place))
            self._senders.add(sender)
            sender.add_done_callback(self._senders.discard)
        await done

    async def _send_all(self, place: Place) -> None:
        queue = self._waiting[place]
        batch: list[Waiting] = []
        try:
            while queue:
                batch = _next_batch(queue)
                await self._send(place[0], batch)
        finally:
            del self._waiting[place]
            _settle([*batch, *queue], Unavailable("storage was left before it answered"))

    async def _send(self, table: str, batch: list[Waiting]) -> None:
        if len(batch) > 1:
            try:
                await self._tables.transact(table, [Op(Verb.INSERT, entity) for entity, _ in batch])
            except (AlreadyStored, ValueError):
                # One of them is at fault, the others are not.
                pass
            except MonitorError as error:
                return _settle(batch, error)
            else:
                return _settle(batch, None)
        for waiting in batch:
            try:
                await self._tables.insert(table, waiting[0])
            except (MonitorError, ValueError) as error:
                _settle([waiting], error)
            else:
                _settle([waiting], None)
        return None


def _next_batch(queue: deque[Waiting]) -> list[Waiting]:
    batch: list[Waiting] = []
    rows: set[str] = set()
    total_bytes = 0
    while queue and len(batch) < MAX_TRANSACTION_ENTITIES:
        entity = queue[0][0]
        total_bytes += wire_bytes(entity)
        if batch and (total_bytes > MAX_OPERATIONS_BYTES or entity.row in rows):
            break
        rows.add(entity.row)
        batch.append(queue.popleft())
    return batch


def _settle(batch: list[Waiting], error: MonitorError | ValueError | None) -> None:
    for _, done in batch:
        if done.done():
            continue
        if error is None:
            done.set_result(None)
        else:
            done.set_exception(error)
