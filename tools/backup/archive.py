"""The file of a backup: entities as JSON, one a line, between a head and a foot that counts them.

Gzip around it. Values state their type where JSON has none: `{"i": "5"}` is an Int64,
`{"d": "1.5"}` a Double, `{"b": "..."}` a Binary in base64. A file without its foot was cut off, and
is refused.
"""

import base64
import gzip
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import msgspec

from shared.adapters.entity import Entity, Value
from shared.domain.timeline import rfc3339

FORMAT = "foundry-monitor-backup"
VERSION = 1
_OWNER_ONLY = 0o600
_encode = msgspec.json.Encoder().encode


class ArchiveError(Exception):
    """A file that is no backup, is not whole, or is of a version that this tool cannot read."""


class Head(msgspec.Struct, frozen=True):
    """The first line: what this is a backup of.

    Attributes:
        format: always `FORMAT`.
        version: of the file's layout.
        account: name of the storage account.
        made_at: when saving began, RFC 3339, UTC.
    """

    format: str
    version: int
    account: str
    made_at: str


class _Row(msgspec.Struct, frozen=True):
    table: str
    partition: str
    row: str
    properties: dict[str, Any]


class _Foot(msgspec.Struct, frozen=True):
    counts: dict[str, int]


@dataclass(frozen=True, slots=True)
class Stored:
    """An entity and the table that it is in."""

    table: str
    entity: Entity


class Writer:
    """Writes a backup beside its place, and puts it there once it is whole.

    The file can hold the key of digests and webhook addresses, so only its owner may read it.
    """

    def __init__(self, path: Path, *, account: str, now: datetime) -> None:
        """Remember where to; writing begins with the block."""
        self._path = path
        self._draft = path.with_name(f"{path.name}.part")
        self._head = Head(FORMAT, VERSION, account, rfc3339(now))
        self.counts: dict[str, int] = {}

    def __enter__(self) -> Self:
        opened = os.open(self._draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _OWNER_ONLY)
        self._raw = os.fdopen(opened, "wb")
        self._file = gzip.GzipFile(filename="", fileobj=self._raw, mode="wb")
        self._line(self._head)
        return self

    def add(self, table: str, entity: Entity) -> None:
        """Write one entity."""
        values = {name: _written(value) for name, value in entity.properties.items()}
        self._line(_Row(table, entity.partition, entity.row, values))
        self.counts[table] = self.counts.get(table, 0) + 1

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is None:
            self._line(_Foot(self.counts))
        self._file.close()
        self._raw.close()
        if error is None:
            self._draft.replace(self._path)
        else:
            self._draft.unlink(missing_ok=True)

    def _line(self, content: msgspec.Struct) -> None:
        self._file.write(_encode(content) + b"\n")


def check(path: Path) -> tuple[Head, Mapping[str, int]]:
    """Read a backup from end to end; return its head and how many entities of each table it has.

    Raises:
        ArchiveError: it is none, or is not whole.
    """
    counts: dict[str, int] = {}
    for each in entities(path):
        counts[each.table] = counts.get(each.table, 0) + 1
    with gzip.open(path) as file:
        return _head(path, file.readline()), counts


def entities(path: Path) -> Iterator[Stored]:
    """Yield the entities of a backup.

    Raises:
        ArchiveError: it is none; or, after the last entity, it is not whole.
    """
    counts: dict[str, int] = {}
    try:
        with gzip.open(path) as file:
            _head(path, file.readline())
            for line in file:
                if line.startswith(b'{"counts"'):
                    _check_counts(path, msgspec.json.decode(line, type=_Foot).counts, counts)
                    return
                row = msgspec.json.decode(line, type=_Row)
                counts[row.table] = counts.get(row.table, 0) + 1
                values = {name: _read(value) for name, value in row.properties.items()}
                yield Stored(row.table, Entity(row.partition, row.row, values))
    except (EOFError, gzip.BadGzipFile, msgspec.DecodeError) as error:
        raise ArchiveError(f"{path}: cut off or damaged ({error})") from error
    raise ArchiveError(f"{path}: cut off: its last line is missing")


def _head(path: Path, line: bytes) -> Head:
    try:
        head = msgspec.json.decode(line, type=Head)
    except msgspec.DecodeError as error:
        raise ArchiveError(f"{path}: not a backup") from error
    if head.format != FORMAT or head.version != VERSION:
        raise ArchiveError(
            f"{path}: expected {FORMAT} version {VERSION}, got {head.format} {head.version}"
        )
    return head


def _check_counts(path: Path, stated: Mapping[str, int], found: Mapping[str, int]) -> None:
    if stated != found:
        raise ArchiveError(f"{path}: expected {dict(stated)} entities, got {dict(found)}")


def _written(value: Value) -> object:
    match value:
        case bool() | str():
            return value
        case int():
            return {"i": str(value)}
        case float():
            return {"d": repr(value)}
        case bytes():
            return {"b": base64.b64encode(value).decode("ascii")}


def _read(value: Any) -> Value:
    match value:
        case {"i": text}:
            return int(text)
        case {"d": text}:
            return float(text)
        case {"b": text}:
            return base64.b64decode(text)
        case bool() | str():
            return value
    raise ArchiveError(f"expected a value of a backup, got {value!r}")
