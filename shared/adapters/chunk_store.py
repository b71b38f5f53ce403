"""Chunks in their day tables: inserted once, listed and read by bucket, dropped by day."""

import hashlib
from collections.abc import Sequence
from contextlib import suppress

from shared.adapters import tables as layout
from shared.adapters.coalescer import Coalescer
from shared.adapters.entity import Entity, Tables, Value
from shared.domain.packing import compress, serialise
from shared.domain.record.batch import Batch
from shared.domain.record.chunk import Chunk, ChunkKey, StoredChunk
from shared.domain.rollup.measures import Kind
from shared.domain.timeline import DAY_M, day_key, floor_to
from shared.errors import AlreadyStored, MissingTable, Stale
from shared.services.ports import Earlier

_VERSION = 1
_FEW = 4
# Says of a chunk that none of its records are left.
_ERASED = "erased"


class ChunkStore:
    """The `Chunks` port over entity tables."""

    def __init__(self, tables: Tables, *, shards: int) -> None:
        """Begin; `shards` is the number of partitions a bucket of a new day is spread over."""
        self._tables = tables
        self._new_shards = shards
        self._shards: dict[int, int] = {}
        self._coalescer = Coalescer(tables)

    async def insert(self, chunk: Chunk) -> Earlier | None:
        """Store a chunk; return None, or what an earlier try has stored under its key."""
        table = layout.chunk_table(chunk.bucket)
        shard = await self._shard(chunk)
        entity = _entity(chunk, layout.chunk_partition(chunk.kind, shard, chunk.bucket))
        try:
            await self._insert(table, entity)
        except AlreadyStored as error:
            found = await self._tables.get(
                table, entity.partition, entity.row, select=("sha", "count", "received_us")
            )
            if found is None:
                raise Stale(f"{entity.row} vanished while it was compared") from error
            properties = found.properties
            return Earlier(
                str(properties["sha"]), int(properties["count"]), int(properties["received_us"])
            )
        return None

    async def keys(self, kind: Kind, bucket: int) -> list[ChunkKey]:
        """Return the keys of a bucket's chunks."""
        keys: list[ChunkKey] = []
        for shard in range(await self._known_shards(bucket)):
            found = self._tables.query(
                layout.chunk_table(bucket),
                layout.chunk_partition(kind, shard, bucket),
                select=("ids", "count", _ERASED),
            )
            keys += [
                _key(kind, bucket, shard, entity) async for entity in found if _is_left(entity)
            ]
        return keys

    async def fetch(self, keys: Sequence[ChunkKey]) -> list[StoredChunk]:
        """Return the chunks of one bucket that are still stored, in order of storing."""
        chunks: list[StoredChunk] = []
        for shard in sorted({key.shard for key in keys}):
            chunks += await self._fetch_shard([key for key in keys if key.shard == shard])
        return sorted(chunks, key=lambda chunk: (chunk.received_us, chunk.key.row))

    async def rewrite(self, chunk: StoredChunk, left: Batch | None) -> None:
        """Leave only some of a chunk's records, None for none; see `Chunks.rewrite`."""
        key = chunk.key
        table = layout.chunk_table(key.bucket)
        partition = layout.chunk_partition(key.kind, key.shard, key.bucket)
        found = await self._tables.get(table, partition, key.row)
        if found is None or _stored(key, found).block != chunk.block:
            raise Stale(f"chunk {key.row} changed since it was read")
        facts: dict[str, Value] = {
            name: fact for name, fact in found.properties.items() if not isinstance(fact, bytes)
        }
        if left is None:
            facts |= {_ERASED: True, "ids": False}
        else:
            columns = left.compacted().columns
            facts |= {**_blocks(compress(serialise(columns))), "ids": "request_id" in columns}
        await self._tables.replace(table, Entity(partition, key.row, facts, found.etag))

    async def prepare_day(self, minute: int) -> None:
        """Create the table of the day that holds a minute, and fix its shard count."""
        await self._tables.create_table(layout.chunk_table(minute))
        await self._shards_of(minute)

    async def days(self) -> list[str]:
        """Return the days (yyyyMMdd) that have a table."""
        return [
            name.removeprefix(layout.CHUNKS)
            for name in await self._tables.list_tables(layout.CHUNKS)
        ]

    async def drop_day(self, day: str) -> None:
        """Drop a day's table."""
        await self._tables.drop_table(f"{layout.CHUNKS}{day}")

    async def _insert(self, table: str, entity: Entity) -> None:
        try:
            await self._coalescer.insert(table, entity)
        except MissingTable:
            await self._tables.create_table(table)
            await self._coalescer.insert(table, entity)

    async def _fetch_shard(self, keys: Sequence[ChunkKey]) -> list[StoredChunk]:
        table = layout.chunk_table(keys[0].bucket)
        partition = layout.chunk_partition(keys[0].kind, keys[0].shard, keys[0].bucket)
        wanted = {key.row: key for key in keys}
        if len(keys) <= _FEW:
            singles = [await self._tables.get(table, partition, key.row) for key in keys]
            return [_stored(wanted[each.row], each) for each in singles if each and _is_left(each)]
        rows = sorted(wanted)
        found_rows = self._tables.query(table, partition, first=rows[0], end=rows[-1] + " ")
        return [
            _stored(wanted[found.row], found)
            async for found in found_rows
            if found.row in wanted and _is_left(found)
        ]

    async def _shard(self, chunk: Chunk) -> int:
        digest = hashlib.blake2b(chunk.batch_id.encode(), digest_size=4).digest()
        return int.from_bytes(digest, "little") % await self._shards_of(chunk.bucket)

    async def _shards_of(self, minute: int) -> int:
        known = await self._known_shards(minute)
        if known:
            return known
        entity = Entity(
            layout.CONFIG_PARTITION, f"shards|{day_key(minute)}", {"count": self._new_shards}
        )
        with suppress(AlreadyStored):
            await self._tables.insert(layout.CONTROL, entity)
        return await self._known_shards(minute)

    async def _known_shards(self, minute: int) -> int:
        day = floor_to(minute, DAY_M)
        if day not in self._shards:
            row = f"shards|{day_key(day)}"
            found = await self._tables.get(layout.CONTROL, layout.CONFIG_PARTITION, row)
            if found is None:
                return 0
            self._shards[day] = int(found.properties["count"])
        return self._shards[day]


def _key(kind: Kind, bucket: int, shard: int, entity: Entity) -> ChunkKey:
    ids, count = entity.properties["ids"], entity.properties["count"]
    return ChunkKey(kind, bucket, shard, entity.row, with_ids=bool(ids), count=int(count))


def _entity(chunk: Chunk, partition: str) -> Entity:
    return Entity(
        partition,
        layout.chunk_row(chunk.batch_id, chunk.part),
        {
            **_blocks(chunk.block),
            "count": chunk.count,
            "tmin": chunk.first_us,
            "tmax": chunk.last_us,
            "sha": chunk.sha256,
            "ids": chunk.with_ids,
            "received_us": chunk.received_us,
            "version": _VERSION,
        },
    )


def _is_left(entity: Entity) -> bool:
    return not entity.properties.get(_ERASED)


def _blocks(block: bytes) -> dict[str, Value]:
    size = layout.BLOCK_BYTES
    blocks = [block[at : at + size] for at in range(0, len(block), size)]
    return dict(zip(layout.block_names(len(blocks)), blocks, strict=True))


def _stored(key: ChunkKey, entity: Entity) -> StoredChunk:
    properties = entity.properties
    names = [name for name in layout.block_names(layout.CHUNK_BLOCKS) if name in properties]
    block = b"".join(bytes(properties[name]) for name in names)  # type: ignore[arg-type]
    return StoredChunk(key, block, int(properties["received_us"]), int(properties["tmin"]))
