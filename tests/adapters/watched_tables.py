"""Tables that tell what was asked of them and let a test step in between."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

from shared.adapters.entity import Entity, Op, Tables

type Step = Callable[[], Awaitable[None]]


class WatchedTables:
    """The `Tables` port over another one.

    Each call lets others run first, so that coroutines interleave on memory as they do on a wire.

    Attributes:
        calls: method and number of entities of each call.
        selects: the columns each query asked for.
        batches: the operations of each transaction.
        before: method -> steps; each call of the method takes the next one first.
        after: the same, taken once the call has had its effect.
    """

    def __init__(self, inner: Tables) -> None:
        self._inner = inner
        self.calls: list[tuple[str, int]] = []
        self.selects: list[tuple[str, ...]] = []
        self.batches: list[list[Op]] = []
        self.before: dict[str, deque[Step]] = {}
        self.after: dict[str, deque[Step]] = {}

    def count(self, method: str) -> int:
        """Return how often a method was called."""
        return sum(called == method for called, _ in self.calls)

    async def insert(self, table: str, entity: Entity) -> str:
        await self._called("insert")
        etag = await self._inner.insert(table, entity)
        await _next(self.after, "insert")
        return etag

    async def replace(self, table: str, entity: Entity) -> str:
        await self._called("replace")
        etag = await self._inner.replace(table, entity)
        await _next(self.after, "replace")
        return etag

    async def upsert(self, table: str, entity: Entity) -> str:
        await self._called("upsert")
        return await self._inner.upsert(table, entity)

    async def delete(self, table: str, entity: Entity) -> None:
        await self._called("delete")
        await self._inner.delete(table, entity)

    async def get(
        self, table: str, partition: str, row: str, *, select: Sequence[str] = ()
    ) -> Entity | None:
        await self._called("get")
        return await self._inner.get(table, partition, row, select=select)

    async def query(
        self,
        table: str,
        partition: str,
        *,
        first: str = "",
        end: str = "",
        select: Sequence[str] = (),
    ) -> AsyncIterator[Entity]:
        await self._called("query")
        self.selects.append(tuple(select))
        found = self._inner.query(table, partition, first=first, end=end, select=select)
        async for entity in found:
            yield entity
            await asyncio.sleep(0)

    async def transact(self, table: str, ops: Sequence[Op]) -> None:
        await self._called("transact", len(ops))
        self.batches.append(list(ops))
        await self._inner.transact(table, ops)

    async def create_table(self, table: str) -> None:
        await self._called("create_table")
        await self._inner.create_table(table)

    async def drop_table(self, table: str) -> None:
        await self._called("drop_table")
        await self._inner.drop_table(table)

    async def list_tables(self, prefix: str) -> list[str]:
        await self._called("list_tables")
        return await self._inner.list_tables(prefix)

    async def _called(self, method: str, entities: int = 1) -> None:
        self.calls.append((method, entities))
        await asyncio.sleep(0)
        await _next(self.before, method)


async def _next(steps: dict[str, deque[Step]], method: str) -> None:
    waiting = steps.get(method)
    if waiting:
        await waiting.popleft()()


def raising(error: Exception) -> Step:
    """Return a step that fails."""

    async def step() -> None:
        raise error

    return step


async def go_on() -> None:
    """Let a call pass."""
