"""A rollup with what its keeper needs to bring it up to date."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np

from shared.domain.record.chunk import ChunkKey
from shared.domain.record.dedupe import Prints, no_prints
from shared.domain.rollup.rollup import Rollup
from shared.domain.timeline import BUCKET_M, DAY_M, HOUR_M


class Grain(StrEnum):
    """How much time one stored rollup covers; the text begins its partition key."""

    BUCKET = "5m"
    HOUR = "1h"
    DAY = "1d"

    @property
    def minutes(self) -> int:
        """Return the length in minutes."""
        return {Grain.BUCKET: BUCKET_M, Grain.HOUR: HOUR_M, Grain.DAY: DAY_M}[self]


@dataclass(frozen=True, slots=True)
class StoredRollup:
    """A rollup as stored.

    Attributes:
        rollup: its content.
        seen: fingerprints of the chunks in it, sorted; None where there were too many to keep, so
            that it is always computed from all its chunks.
        with_ids: whether any record in it has a request_id.
        inputs: for an hour or a day: start of each part -> digest of its content.
        version: digest of the content.
        generation: names the rows that hold the content; empty where the head row does.
        etag: version of the entity as read; None for one not stored yet.
    """

    rollup: Rollup
    seen: Prints | None = field(default_factory=no_prints)
    with_ids: bool = False
    inputs: Mapping[int, str] = field(default_factory=dict)
    version: str = ""
    generation: str = ""
    etag: str | None = None


def chunk_prints(keys: Iterable[ChunkKey]) -> Prints:
    """Return 64-bit fingerprints of chunk keys, in their order."""
    digests = b"".join(
        hashlib.blake2b(f"{key.shard}|{key.row}".encode(), digest_size=8).digest() for key in keys
    )
    return np.frombuffer(digests, np.uint64)
