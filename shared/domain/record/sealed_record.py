"""A request record that may wait in storage: what is hashed on arrival is kept as digests only.

Chunks hold keyed digests of the user, the prompt and the conversation, never their texts; whatever
keeps a record for later does the same.
"""

from collections.abc import Mapping

import msgspec
import numpy as np

from shared.domain.record.batch import Batch
from shared.domain.record.columns import columns_of
from shared.domain.record.request import RequestRecord
from shared.domain.record.schema import HASHED


class SealedRecord(msgspec.Struct, frozen=True):
    """A record without the texts that are hashed on arrival.

    Attributes:
        record: the rest of it.
        digests: column -> what a chunk keeps instead.
    """

    record: RequestRecord
    digests: dict[str, int] = {}


def sealed(record: RequestRecord, key: bytes, earlier: SealedRecord | None = None) -> SealedRecord:
    """Return a record without the texts that are hashed on arrival.

    Args:
        record: as decoded.
        key: key of the digests.
        earlier: whose digests hold where the record has none of its own; None for a first one.
    """
    batch = columns_of([record], key)
    own = {name: int(batch.ints(name)[0]) for name in HASHED.values() if name in batch.columns}
    bare = msgspec.structs.replace(record, **dict.fromkeys(HASHED))
    return SealedRecord(bare, (earlier.digests if earlier else {}) | own)


def with_digests(batch: Batch, digests: Mapping[str, int]) -> Batch:
    """Return the columns of one sealed record with its digests."""
    hashed = {name: np.array([digest], np.int64) for name, digest in digests.items()}
    return Batch(batch.size, dict(sorted((dict(batch.columns) | hashed).items())))
