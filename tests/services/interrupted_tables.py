"""Tables at whose nth operation something else happens first."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from shared.adapters.entity import Entity, Tables

_AWAITED = ("insert", "replace", "upsert", "delete", "transact", "get")


class InterruptedTables:
    """The `Tables` port over another one.

    Attributes:
        at: operations that go through before the step; below 0 once it was taken.
        step: what happens then; None for nothing.
    """

    def __init__(self, inner: Tables) -> None:
        self._inner = inner
        self.at = 0
        self.step: Callable[[], Awaitable[None]] | None = None

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._inner, name)
        if name not in _AWAITED:
            return method

        async def call(*args: Any, **options: Any) -> Any:
            await self._interrupt()
            return await method(*args, **options)

        return call

    async def query(self, *args: Any, **options: Any) -> AsyncIterator[Entity]:
        await self._interrupt()
        async for entity in self._inner.query(*args, **options):
            yield entity

    async def _interrupt(self) -> None:
        self.at -= 1
        if self.at == -1 and self.step is not None:
            await self.step()
