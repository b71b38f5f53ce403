"""Columns as bytes: narrow integers, byte-shuffled, compressed as one stream.

A packed block is a version byte, then one zlib stream of a header and the columns' bytes. Integers
lose their minimum and take the fewest bytes that hold the rest (0 stands for null); splitting them
into byte planes puts the nearly constant high bytes side by side, where zlib finds them. Texts of
one length are split into planes of characters, so that the dashes of a UUID cost nothing. A column
may be added without a new version, a reader passes over columns it does not know.

In planes, runs are all there is to find, and looking for nothing else is three times as fast. So
they stand last and are compressed on their own, as further deflate blocks of the same stream.
"""

import struct
import zlib
from collections.abc import Container, Mapping

import msgspec
import numpy as np
from numpy.typing import NDArray

from shared.errors import MonitorError

VERSION = 1
NULL = np.iinfo(np.int64).min
_WIDTHS = (1, 2, 4, 8)
_LEVEL = 1
_ZLIB_HEADER = b"\x78\x01"
_DEFLATE_ONLY = -zlib.MAX_WBITS
# Two compressors for less than this would cost more than they save.
_SMALL_BYTES = 4096
# A window as long as the block; clearing zlib's default tables takes longer than compressing it.
_SMALL_WINDOW = 12
_SMALL_MEMORY = 4
_PLANES = ("i", "f", "t")
_MANY_TEXTS = 16

type Ints = NDArray[np.int64]
type Floats = NDArray[np.float64]
type Column = Ints | Floats | list[str] | bytes
type Cell = int | float | list[str]


class _Head(msgspec.Struct, array_like=True):
    """Where a column's bytes are and how to read them."""

    name: str
    kind: str
    count: int
    base: int
    width: int
    size: int


class CorruptBlock(MonitorError):
    """Stored bytes that this version cannot read."""


def serialise(columns: Mapping[str, Column] | Mapping[str, Cell]) -> bytes:
    """Return the columns as uncompressed bytes: the same columns always give the same bytes.

    Args:
        columns: name -> int64 (`NULL` is null), float64 (NaN is null), texts, or raw bytes; a cell
            is a column of one row.
    """
    written = [_write(name, column) for name, column in columns.items()]
    written.sort(key=lambda pair: pair[0].kind in _PLANES)
    header = msgspec.msgpack.encode([head for head, _ in written])
    before_bytes = 8 + len(header) + sum(h.size for h, _ in written if h.kind not in _PLANES)
    sizes = len(header).to_bytes(4, "little") + before_bytes.to_bytes(4, "little")
    return b"".join([sizes, header, *(blob for _, blob in written)])


def compress(plain: bytes) -> bytes:
    """Return serialised columns as a packed block."""
    if len(plain) < _SMALL_BYTES:
        small = zlib.compressobj(_LEVEL, wbits=_SMALL_WINDOW, memLevel=_SMALL_MEMORY)
        return bytes([VERSION]) + small.compress(plain) + small.flush()
    view, planes_at = memoryview(plain), int.from_bytes(plain[4:8], "little")
    mixed = zlib.compressobj(_LEVEL, wbits=_DEFLATE_ONLY)
    planes = zlib.compressobj(_LEVEL, wbits=_DEFLATE_ONLY, strategy=zlib.Z_RLE)
    parts = [
        bytes([VERSION]) + _ZLIB_HEADER,
        mixed.compress(view[:planes_at]) + mixed.flush(zlib.Z_SYNC_FLUSH),
        planes.compress(view[planes_at:]) + planes.flush(),
        zlib.adler32(plain).to_bytes(4, "big"),
    ]
    return b"".join(parts)


def pack(columns: Mapping[str, Column]) -> bytes:
    """Return columns as a packed block; see `serialise`."""
    return compress(serialise(columns))


def unpack(block: bytes, only: Container[str] | None = None) -> dict[str, Column]:
    """Return the columns of a packed block; columns of an unknown kind are passed over.

    Args:
        block: as `pack` gave it.
        only: names of the columns wanted; None wants all.

    Raises:
        CorruptBlock: another version, or bytes that are not what `pack` gave.
    """
    if not block or block[0] != VERSION:
        raise CorruptBlock(f"packed block of version {block[:1]!r}, expected {VERSION}")
    try:
        return _columns(memoryview(zlib.decompress(block[1:])), only)
    except (zlib.error, ValueError, TypeError, OverflowError, msgspec.MsgspecError) as error:
        raise CorruptBlock(f"packed block cannot be read: {error}") from error


def _columns(plain: memoryview, only: Container[str] | None) -> dict[str, Column]:
    start = 8 + int.from_bytes(plain[:4], "little")
    heads = msgspec.msgpack.decode(plain[8:start], type=list[_Head])
    columns: dict[str, Column] = {}
    for head in heads:
        if only is None or head.name in only:
            column = _read(head, plain[start : start + head.size])
            if column is not None:
                columns[head.name] = column
        start += head.size
    if start != len(plain):
        raise ValueError(f"expected {start} bytes, got {len(plain)}")
    return columns


def _write(name: str, column: Column | Cell) -> tuple[_Head, bytes]:
    if isinstance(column, int):
        return _Head(name, "i", 1, column, 0, 0), b""
    if isinstance(column, list):
        return _write_texts(name, column)
    if isinstance(column, bytes):
        return _Head(name, "b", 0, 0, 0, len(column)), column
    if isinstance(column, float):
        return _Head(name, "f", 1, 0, 8, 8), struct.pack("<d", column)
    if column.dtype == np.float64:
        blob = _shuffled(np.ascontiguousarray(column), 8)
        return _Head(name, "f", len(column), 0, 8, len(blob)), blob
    return _write_ints(name, column.astype(np.int64, copy=False))


def _write_texts(name: str, column: list[str]) -> tuple[_Head, bytes]:
    many = len(column) >= _MANY_TEXTS
    joined = "".join(column) if many and len({*map(len, column)}) == 1 else ""
    if joined and joined.isascii():
        width = len(column[0])
        blob = _shuffled(np.frombuffer(joined.encode(), np.uint8), width)
        return _Head(name, "t", len(column), 0, width, len(blob)), blob
    blob = msgspec.msgpack.encode(column)
    return _Head(name, "s", len(column), 0, 0, len(blob)), blob


def _write_ints(name: str, column: Ints) -> tuple[_Head, bytes]:
    if len(column) == 1:
        return _Head(name, "i", 1, int(column[0]), 0, 0), b""
    nulls = column == NULL
    any_null = bool(nulls.any())
    known = column[~nulls] if any_null else column
    if len(known) == 0:
        return _Head(name, "i", len(column), NULL, 0, 0), b""
    low, high = int(known.min()), int(known.max())
    if low == high and not any_null:
        return _Head(name, "i", len(column), low, 0, 0), b""
    base = low - 1
    width = next((w for w in _WIDTHS if high - base < 1 << (8 * w)), 8)
    shifted = column.view(np.uint64) - np.uint64(base & (2**64 - 1))
    if any_null:
        shifted[nulls] = 0
    blob = _shuffled(shifted.astype(f"<u{width}"), width)
    return _Head(name, "i", len(column), base, width, len(blob)), blob


def _shuffled(column: NDArray[np.generic], width: int) -> bytes:
    if width == 1:
        return column.tobytes()
    return np.ascontiguousarray(column.view(np.uint8).reshape(-1, width).T).tobytes()


def _read(head: _Head, blob: memoryview) -> Column | None:
    match head.kind:
        case "b":
            return bytes(blob)
        case "s":
            return msgspec.msgpack.decode(blob, type=list[str])
        case "t":
            joined = _rows(blob, head.width, head.count).tobytes().decode("ascii")
            return [joined[at : at + head.width] for at in range(0, len(joined), head.width)]
        case "f":
            return _joined(blob, 8, head.count).view(np.float64)
        case "i":
            return _read_ints(head, blob)
    return None


def _read_ints(head: _Head, blob: memoryview) -> Ints:
    if head.width == 0:
        return np.full(head.count, head.base, np.int64)
    codes = _joined(blob, head.width, head.count).astype(np.uint64)
    values = (codes + np.uint64(head.base & (2**64 - 1))).view(np.int64)
    values[codes == 0] = NULL
    return values


def _joined(blob: memoryview, width: int, count: int) -> NDArray[np.unsignedinteger]:
    return _rows(blob, width, count).view(f"<u{width}").ravel()


def _rows(blob: memoryview, width: int, count: int) -> NDArray[np.uint8]:
    return np.ascontiguousarray(np.frombuffer(blob, np.uint8).reshape(width, count).T)
