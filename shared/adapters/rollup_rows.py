"""How a rollup is laid out in rows: keys by grain, blocks cut to Azure's property size.

Partitions: `5m|yyyyMMdd`, `1h|yyyyMM`, `1d|yyyy`; rows: the kind's letter and `HHmm`, `ddHH` or
`MMdd`.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import pairwise

import numpy as np

from shared.adapters.entity import Entity
from shared.adapters.tables import BLOCK_BYTES
from shared.domain.record.dedupe import Prints
from shared.domain.rollup.codec import rollup_blocks
from shared.domain.rollup.measures import Kind
from shared.domain.rollup.rollup import Rollup, aggregate
from shared.domain.rollup.stored_rollup import Grain
from shared.domain.timeline import instant, minute_of

SEEN = "seen"
INPUTS = "inputs"
_FORMATS = {
    Grain.BUCKET: ("%Y%m%d", "%H%M"),
    Grain.HOUR: ("%Y%m", "%d%H"),
    Grain.DAY: ("%Y", "%m%d"),
}
_PIECE_BYTES = 11 * BLOCK_BYTES
_MAX_SEEN = 500_000


def partition_of(grain: Grain, start: int) -> str:
    """Return the partition of a rollup."""
    return f"{grain}|{instant(start).strftime(_FORMATS[grain][0])}"


def head_row(kind: Kind, grain: Grain, start: int) -> str:
    """Return the head row of a rollup."""
    return f"{kind}{instant(start).strftime(_FORMATS[grain][1])}"


def start_of(partition: str, row: str) -> int:
    """Return the minute at which the rollup of a row begins."""
    text = partition.split("|")[1] + row[1:5]
    # ISO 8601 in its basic format, which is read many times as fast as by `strptime`.
    return minute_of(datetime.fromisoformat(f"{text[:8]}T{text[8:] or '00'}Z"))


def starts_in(grain: Grain, first: int, end: int) -> range:
    """Return where rollups begin that begin in [first, end)."""
    step = grain.minutes
    return range(-(-first // step) * step, end, step)


def runs(starts: Sequence[int], step: int) -> list[tuple[int, int]]:
    """Return as few spans [first, end) as hold starts, each `step` apart, and no others."""
    ordered = sorted(starts)
    edges = [at for at, (a, b) in enumerate(pairwise(ordered), 1) if b - a > step]
    bounds = pairwise([0, *edges, len(ordered)])
    return [(ordered[low], ordered[high - 1] + step) for low, high in bounds if low < high]


def rows_range(kind: Kind, grain: Grain, first: int, end: int) -> Iterator[tuple[str, str, str]]:
    """Yield (partition, first row, end row) that together hold what begins in [first, end)."""
    step = grain.minutes
    start = starts_in(grain, first, end).start
    while start < end:
        partition = partition_of(grain, start)
        last = start
        while last + step < end and partition_of(grain, last + step) == partition:
            last += step
        yield partition, head_row(kind, grain, start), head_row(kind, grain, last) + "~"
        start = last + step


def block_pieces(rollup: Rollup) -> list[dict[str, bytes]]:
    """Return a rollup as pieces that each fit one entity: column -> block of at most 64 KiB."""
    blocks = rollup_blocks(rollup)
    if _fits(blocks) or len(rollup) <= 1:
        return [_cut(blocks)]
    middle = np.arange(len(rollup)) < len(rollup) // 2
    halves = [aggregate([rollup.where(half)], rollup.measures) for half in (middle, ~middle)]
    return [piece for half in halves for piece in block_pieces(half)]


def seen_blocks(seen: Prints | None) -> tuple[list[dict[str, bytes]], bool]:
    """Return fingerprints as pieces, and whether they were kept: too many are not."""
    if seen is None or len(seen) > _MAX_SEEN:
        return [], False
    data = seen.tobytes()
    steps = range(0, len(data), _PIECE_BYTES)
    return [_cut({SEEN: data[at : at + _PIECE_BYTES]}) for at in steps], True


def is_cut(piece: Mapping[str, bytes]) -> bool:
    """Tell whether a block of a piece takes more than one column."""
    return any("__" in name for name in piece)


def joined_blocks(entity: Entity) -> dict[str, bytes]:
    """Return the blocks of an entity, cut ones joined again."""
    blocks: dict[str, bytes] = {}
    for name in sorted(name for name, v in entity.properties.items() if isinstance(v, bytes)):
        whole = name.split("__")[0]
        blocks[whole] = blocks.get(whole, b"") + bytes(entity.properties[name])  # type: ignore[arg-type]
    return blocks


def _fits(blocks: Mapping[str, bytes]) -> bool:
    largest = max(len(block) for block in blocks.values())
    return largest <= BLOCK_BYTES and sum(map(len, blocks.values())) <= _PIECE_BYTES


def _cut(blocks: Mapping[str, bytes]) -> dict[str, bytes]:
    cut: dict[str, bytes] = {}
    for name, block in blocks.items():
        for at in range(0, len(block), BLOCK_BYTES):
            number = at // BLOCK_BYTES
            cut[f"{name}__{number:02}" if number else name] = block[at : at + BLOCK_BYTES]
    return cut
