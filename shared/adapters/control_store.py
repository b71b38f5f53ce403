"""The table `control`: cursors, late-data markers, the days' series catalogues, the hash key."""

import secrets
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace

import msgspec

from shared.adapters import tables as layout
from shared.adapters.entity import Entity, Tables
from shared.domain.label import Labels
from shared.domain.packing import pack, unpack
from shared.domain.rollup.measures import Kind
from shared.domain.timeline import DAY_M, floor_to
from shared.errors import AlreadyStored, Stale
from shared.services.ports import Cursor, DirtyBucket

_SERIES_PER_ROW = 400


class CursorStore:
    """The `Cursors` port."""

    def __init__(self, tables: Tables) -> None:
        """Use the table `control`."""
        self._tables = tables

    async def read(self, name: str) -> Cursor | None:
        """Return a cursor, or None before its first write."""
        found = await self._tables.get(layout.CONTROL, layout.CURSOR_PARTITION, name)
        if found is None:
            return None
        notes = msgspec.json.decode(str(found.properties["notes"]), type=dict[str, str])
        return Cursor(int(found.properties["minute"]), notes, found.etag)

    async def write(self, name: str, cursor: Cursor) -> None:
        """Store a cursor if nobody wrote it since it was read, else raise `Stale`."""
        notes = msgspec.json.encode(cursor.notes).decode()
        entity = Entity(
            layout.CURSOR_PARTITION, name, {"minute": cursor.minute, "notes": notes}, cursor.etag
        )
        await write_as_read(self._tables, layout.CONTROL, entity)


class DirtyStore:
    """The `DirtyBuckets` port."""

    def __init__(self, tables: Tables) -> None:
        """Use the table `control`."""
        self._tables = tables

    async def mark(self, kind: Kind, bucket: int) -> None:
        """Mark a bucket; marking it again makes the marker a new one."""
        row = layout.dirty_row(kind, bucket)
        nonce = {"nonce": uuid.uuid4().hex}
        await self._tables.upsert(layout.CONTROL, Entity(layout.DIRTY_PARTITION, row, nonce))

    async def list(self) -> list[DirtyBucket]:
        """Return all markers, oldest bucket first."""
        found = self._tables.query(layout.CONTROL, layout.DIRTY_PARTITION)
        markers = [DirtyBucket(*layout.dirty_bucket(e.row), e.etag) async for e in found]
        return sorted(markers, key=lambda marker: marker.bucket)

    async def clear(self, marker: DirtyBucket) -> None:
        """Delete a marker unless it was renewed since it was read."""
        row = layout.dirty_row(marker.kind, marker.bucket)
        entity = Entity(layout.DIRTY_PARTITION, row, {}, marker.etag)
        with suppress(Stale):
            await self._tables.delete(layout.CONTROL, entity)


class CatalogueStore:
    """The `SeriesCatalogue` port: each append is a row, so that writers meet on its key."""

    def __init__(self, tables: Tables) -> None:
        """Use the table `control`."""
        self._tables = tables
        self._known: dict[tuple[Kind, int], tuple[int, list[Labels]]] = {}

    async def admitted(self, kind: Kind, minute: int) -> list[Labels]:
        """Return the series admitted on the day that holds a minute, in order of admission."""
        day = floor_to(minute, DAY_M)
        rows, series = self._known.get((kind, day), (0, []))
        series = list(series)
        found = self._tables.query(
            layout.CONTROL,
            layout.series_partition(minute),
            first=f"{kind}{rows:06}",
            end=f"{kind}~",
        )
        async for entity in found:
            series += _series_of(entity)
            rows += 1
        self._known[kind, day] = rows, series
        return list(series)

    async def append(self, kind: Kind, minute: int, known: int, added: Sequence[Labels]) -> None:
        """Append series if `known` are admitted so far, else raise `Stale`."""
        day = floor_to(minute, DAY_M)
        rows, series = self._known.get((kind, day), (0, []))
        if len(series) != known:
            raise Stale("the catalogue of series grew meanwhile")
        for number, block in enumerate(_catalogue_blocks(added), start=rows):
            row = f"{kind}{number:06}"
            try:
                await self._tables.insert(
                    layout.CONTROL, Entity(layout.series_partition(minute), row, {"labels": block})
                )
            except AlreadyStored as error:
                raise Stale("the catalogue of series grew meanwhile") from error

    async def forget(self, kind: Kind, minute: int, gone: Callable[[Labels], bool]) -> int:
        """Take series out of a day, rows keeping their keys; see `SeriesCatalogue.forget`."""
        partition, taken = layout.series_partition(minute), 0
        self._known.pop((kind, floor_to(minute, DAY_M)), None)
        rows = self._tables.query(layout.CONTROL, partition, first=f"{kind}", end=f"{kind}~")
        for entity in [each async for each in rows]:
            series = _series_of(entity)
            left = [labels for labels in series if not gone(labels)]
            if len(left) < len(series):
                block = pack({"labels": msgspec.msgpack.encode(left)})
                await self._tables.replace(
                    layout.CONTROL, replace(entity, properties={"labels": block})
                )
                taken += len(series) - len(left)
        return taken


class SecretStore:
    """The `Secrets` port: the key of digests, from a setting or made once and kept."""

    def __init__(self, tables: Tables, configured: str) -> None:
        """Use the configured key, or where it is empty the one in the table `control`."""
        self._tables = tables
        self._key = configured.encode()[:64]

    async def hash_key(self) -> bytes:
        """Return the key of the digests of users and prompts."""
        if not self._key:
            entity = Entity(layout.CONFIG_PARTITION, "hash_key", {"key": secrets.token_bytes(32)})
            with suppress(AlreadyStored):
                await self._tables.insert(layout.CONTROL, entity)
            found = await self._tables.get(layout.CONTROL, entity.partition, entity.row)
            if found is None:
                raise Stale("the hash key vanished while it was read")
            self._key = bytes(found.properties["key"])  # type: ignore[arg-type]
        return self._key


def _series_of(entity: Entity) -> list[Labels]:
    packed = bytes(entity.properties["labels"])  # type: ignore[arg-type]
    return msgspec.msgpack.decode(unpack(packed)["labels"], type=list[Labels])  # type: ignore[arg-type]


def _catalogue_blocks(series: Sequence[Labels]) -> Iterator[bytes]:
    """Yield series, packed, in blocks that each fit a column."""
    block = pack({"labels": msgspec.msgpack.encode(list(series))}) if series else b""
    if len(series) > 1 and (len(series) > _SERIES_PER_ROW or len(block) > layout.BLOCK_BYTES):
        middle = min(_SERIES_PER_ROW, len(series) // 2)
        yield from _catalogue_blocks(series[:middle])
        yield from _catalogue_blocks(series[middle:])
    elif block:
        yield block


async def write_as_read(tables: Tables, table: str, entity: Entity) -> str:
    """Insert an entity that was absent, or replace it as it was read; return its new ETag.

    Raises:
        Stale: it appeared, or changed since.
    """
    if entity.etag is not None:
        return await tables.replace(table, entity)
    try:
        return await tables.insert(table, entity)
    except AlreadyStored as error:
        raise Stale(f"{entity.row} appeared meanwhile") from error
