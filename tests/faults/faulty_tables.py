"""Tables that crash their process: before an operation, or after it has had its effect."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import replace
from random import Random

from shared.adapters import tables as layout
from shared.adapters.entity import Entity, Op, Tables

type Pause = Callable[[], Awaitable[None]]


class Crash(Exception):
    """The process is gone; nobody in it can catch this."""


class FaultyTables:
    """The `Tables` port of one process over tables that outlive it.

    Each operation may kill the process, before it or once it is done; from then on every operation
    of the process fails, those of its other coroutines included. Around each operation others run.
    """

    def __init__(self, inner: Tables, chance: Random, *, rate: float, pause: Pause) -> None:
        """Begin a process; `rate` is how likely an operation kills it, 0..1."""
        self._inner = inner
        self._chance = chance
        self._rate = rate
        self._pause = pause
        self.dead = False
        self.operations = 0

    async def insert(self, table: str, entity: Entity) -> str:
        return await self._through(lambda: self._inner.insert(table, entity))

    async def replace(self, table: str, entity: Entity) -> str:
        return await self._through(lambda: self._inner.replace(table, entity))

    async def upsert(self, table: str, entity: Entity) -> str:
        return await self._through(lambda: self._inner.upsert(table, entity))

    async def delete(self, table: str, entity: Entity) -> None:
        await self._through(lambda: self._inner.delete(table, entity))

    async def get(
        self, table: str, partition: str, row: str, *, select: Sequence[str] = ()
    ) -> Entity | None:
        return await self._through(lambda: self._inner.get(table, partition, row, select=select))

    async def query(
        self,
        table: str,
        partition: str,
        *,
        first: str = "",
        end: str = "",
        select: Sequence[str] = (),
    ) -> AsyncIterator[Entity]:
        async def whole() -> list[Entity]:
            found = self._inner.query(table, partition, first=first, end=end, select=select)
            return [entity async for entity in found]

        for entity in await self._through(whole):
            yield entity

    async def transact(self, table: str, ops: Sequence[Op]) -> None:
        await self._through(lambda: self._inner.transact(table, ops))

    async def create_table(self, table: str) -> None:
        await self._through(lambda: self._inner.create_table(table))

    async def drop_table(self, table: str) -> None:
        await self._through(lambda: self._inner.drop_table(table))

    async def list_tables(self, prefix: str) -> list[str]:
        return await self._through(lambda: self._inner.list_tables(prefix))

    def kill(self) -> None:
        """Let the process die at whatever it does next."""
        self.dead = True

    async def _through[T](self, operation: Callable[[], Awaitable[T]]) -> T:
        self.operations += 1
        drawn = self._chance.random()
        await self._pause()
        self._die(when=drawn < self._rate / 2)
        found = await operation()
        self._die(when=drawn < self._rate)
        await self._pause()
        self._die(when=False)
        return found

    def _die(self, *, when: bool) -> None:
        self.dead = self.dead or when
        if self.dead:
            raise Crash


class WithoutEtags:
    """Tables whose writers of rollups and markers do not look at what they overwrite."""

    def __init__(self, inner: Tables) -> None:
        self._inner = inner

    def __getattr__(self, name: str) -> object:
        return getattr(self._inner, name)

    async def insert(self, table: str, entity: Entity) -> str:
        if table == layout.ROLLUPS:
            return await self._inner.upsert(table, entity)
        return await self._inner.insert(table, entity)

    async def replace(self, table: str, entity: Entity) -> str:
        return await self._inner.upsert(table, entity)

    async def delete(self, table: str, entity: Entity) -> None:
        await self._inner.delete(table, replace(entity, etag=None))


class WithoutMarkers:
    """Tables that forget which buckets changed late."""

    def __init__(self, inner: Tables) -> None:
        self._inner = inner

    def __getattr__(self, name: str) -> object:
        return getattr(self._inner, name)

    async def upsert(self, table: str, entity: Entity) -> str:
        if entity.partition == layout.DIRTY_PARTITION:
            return "forgotten"
        return await self._inner.upsert(table, entity)
