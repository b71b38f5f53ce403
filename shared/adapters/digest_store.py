"""The `Digests` port, in the table `digests`.

Partition: the day, or `work|day` while it is made; rows: `{section}|{generation}|{part}`, each with
up to 11 properties of 64 KiB, and `head`, which is replaced last with its ETag and names the
generation. So a reader meets the old digest or the new one, never some of both.
"""

import asyncio
import uuid
from collections.abc import Collection, Mapping

import msgspec

from shared.adapters import tables as layout
from shared.adapters.body_blocks import blocks_of, body_of
from shared.adapters.control_store import write_as_read
from shared.adapters.entity import Entity, Tables, Value
from shared.domain.timeline import day_key
from shared.errors import Stale
from shared.services.digest_ports import DigestHead, Stage

_HEAD = "head"
_TRIES = 3
_KEYS_ONLY = ("none",)


class DigestStore:
    """Digests over entity tables."""

    def __init__(self, tables: Tables) -> None:
        """Use the table `digests`."""
        self._tables = tables

    async def head(self, day: int, stage: Stage) -> DigestHead | None:
        """Return a digest's head, or None."""
        found = await self._tables.get(layout.DIGESTS, _partition(day, stage), _HEAD)
        return None if found is None else _head_of(found)

    async def read(
        self, day: int, stage: Stage, only: Collection[str] | None = None
    ) -> tuple[DigestHead, dict[str, bytes]] | None:
        """Return a digest's head and blocks, or None; `only` names the blocks wanted.

        Raises:
            Stale: it kept being replaced while it was read.
        """
        partition = _partition(day, stage)
        for _ in range(_TRIES):
            found = await self._tables.get(layout.DIGESTS, partition, _HEAD)
            if found is None:
                return None
            head, sizes = _head_of(found), _sizes_of(found)
            wanted = [name for name in sizes if only is None or name in only]
            read = await asyncio.gather(*(self._block(partition, name, head) for name in wanted))
            blocks = dict(zip(wanted, read, strict=True))
            if all(len(blocks[name]) == sizes[name] for name in wanted):
                return head, blocks
        raise Stale(f"digest {partition} keeps being replaced")

    async def write(
        self, day: int, stage: Stage, head: DigestHead, blocks: Mapping[str, bytes]
    ) -> None:
        """Store a digest as its head was read, else raise `Stale`."""
        partition, generation = _partition(day, stage), uuid.uuid4().hex
        for name, block in blocks.items():
            for part, at in enumerate(range(0, len(block), layout.CHUNK_PART_BYTES)):
                piece = block[at : at + layout.CHUNK_PART_BYTES]
                row = f"{name}|{generation}|{part:03}"
                await self._tables.upsert(layout.DIGESTS, Entity(partition, row, blocks_of(piece)))
        properties: dict[str, Value] = {
            "version": head.version,
            "steps": head.steps,
            "built_us": head.built_us,
            "generation": generation,
            "sizes": msgspec.json.encode({n: len(b) for n, b in blocks.items()}).decode(),
        }
        entity = Entity(partition, _HEAD, properties, head.etag)
        await write_as_read(self._tables, layout.DIGESTS, entity)
        await self._delete(partition, but=generation)

    async def drop(self, day: int, stage: Stage) -> int:
        """Delete a digest, its head first; return how many entities that were."""
        partition = _partition(day, stage)
        await self._tables.delete(layout.DIGESTS, Entity(partition, _HEAD))
        return await self._delete(partition, but="")

    async def _block(self, partition: str, name: str, head: DigestHead) -> bytes:
        prefix = f"{name}|{head.generation}|"
        found = self._tables.query(layout.DIGESTS, partition, first=prefix, end=prefix + "~")
        return b"".join([body_of(entity) async for entity in found])

    async def _delete(self, partition: str, *, but: str) -> int:
        found = self._tables.query(layout.DIGESTS, partition, select=_KEYS_ONLY)
        rows = [each.row async for each in found]
        gone = [row for row in rows if row != _HEAD and row.split("|")[1] != but]
        for row in gone:
            await self._tables.delete(layout.DIGESTS, Entity(partition, row))
        return len(gone)


def _partition(day: int, stage: Stage) -> str:
    return day_key(day) if stage is Stage.FINISHED else f"{stage}|{day_key(day)}"


def _head_of(entity: Entity) -> DigestHead:
    properties = entity.properties
    return DigestHead(
        str(properties["version"]),
        int(properties["steps"]),
        int(properties["built_us"]),
        str(properties["generation"]),
        entity.etag,
    )


def _sizes_of(entity: Entity) -> dict[str, int]:
    return msgspec.json.decode(str(entity.properties["sizes"]), type=dict[str, int])
