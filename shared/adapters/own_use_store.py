"""The `OwnUses` port, in the table `control`: a row for each process and day."""

from datetime import date

import msgspec

from shared.adapters import tables as layout
from shared.adapters.entity import Entity, Tables
from shared.domain.cost.own import OwnUse

_KEYS_ONLY = ("none",)
_use = msgspec.json.Decoder(OwnUse).decode


class OwnUseStore:
    """What each process used on each UTC day."""

    def __init__(self, tables: Tables) -> None:
        """Use the table `control`."""
        self._tables = tables

    async def save(self, day: date, process: str, use: OwnUse) -> None:
        """Store a process's totals of a day, whatever was there."""
        stored = {"use": msgspec.json.encode(use).decode()}
        await self._tables.upsert(
            layout.CONTROL, Entity(layout.own_use_partition(day), process, stored)
        )

    async def load(self, day: date) -> list[OwnUse]:
        """Return the totals of a day, one of each process."""
        found = self._tables.query(layout.CONTROL, layout.own_use_partition(day))
        return [_use(str(entity.properties["use"])) async for entity in found]

    async def forget(self, day: date) -> int:
        """Delete the totals of a day; return how many rows that were."""
        partition = layout.own_use_partition(day)
        found = self._tables.query(layout.CONTROL, partition, select=_KEYS_ONLY)
        rows = [Entity(partition, each.row) async for each in found]
        for row in rows:
            await self._tables.delete(layout.CONTROL, row)
        return len(rows)
