"""Tables in memory on which one write fails, as if the process had been killed there."""

from collections.abc import Sequence

from shared.adapters.entity import Entity, Op
from shared.adapters.memory import MemoryTables
from shared.errors import Unavailable


class FailingTables(MemoryTables):
    """Tables whose writes fail once, before or after they take effect.

    Attributes:
        writes: how many writes there were.
        fail_at: the write that fails; None for none.
        lost: whether it fails before it takes effect.
    """

    def __init__(self) -> None:
        super().__init__()
        self.writes = 0
        self.fail_at: int | None = None
        self.lost = True

    async def insert(self, table: str, entity: Entity) -> str:
        self._before()
        etag = await super().insert(table, entity)
        self._after()
        return etag

    async def replace(self, table: str, entity: Entity) -> str:
        self._before()
        etag = await super().replace(table, entity)
        self._after()
        return etag

    async def transact(self, table: str, ops: Sequence[Op]) -> None:
        self._before()
        await super().transact(table, ops)
        self._after()

    def _before(self) -> None:
        if self.fail_at == self.writes and self.lost:
            self._fail()

    def _after(self) -> None:
        if self.fail_at == self.writes and not self.lost:
            self._fail()
        self.writes += 1

    def _fail(self) -> None:
        self.writes += 1
        raise Unavailable("the process was killed here")
